from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forum.models import Post, Revision
from forum.templatetags.parley import moment

from .base import ForumAdmin, ReadOnly
from .filters import Happened
from .verbs import Verb, WithVerbs, action

LINE = 120  # characters of a former text shown in a list

HIDE = Verb(
    name="hide",
    label=_("Hide"),
    done=_("Hidden."),
    is_needed=lambda revision: not revision.is_hidden,
    is_allowed=lambda revision, user: revision.post.versions_can_be_moderated_by(user),
    run=lambda revision, user: revision.hide(user),
)
RESTORE = Verb(
    name="restore",
    label=_("Restore"),
    done=_("Restored."),
    is_needed=lambda revision: revision.is_hidden,
    is_allowed=lambda revision, user: revision.post.versions_can_be_moderated_by(user),
    run=lambda revision, user: revision.restore(),
)


class RevisionInline(ReadOnly, admin.TabularInline):
    model = Revision
    fields = ("number", "written_at", "editor", "reason", "state", "beginning")
    readonly_fields = fields
    ordering = ["-version"]
    extra = 0
    show_change_link = True
    verbose_name_plural = _("earlier versions")
    classes = ["collapse"]

    def get_queryset(self, request):
        revisions: Any = super().get_queryset(request)
        return revisions.readable_by(request.user).select_related("editor", "post__topic")

    @admin.display(description=_("state"))
    def state(self, revision):
        return state(revision)

    @admin.display(description=_("text"))
    def beginning(self, revision):
        return beginning(revision)


@admin.register(Revision)
class RevisionAdmin(WithVerbs, ReadOnly, ForumAdmin):
    list_display = ["post", "label", "editor", "written_at", "reason", "state", "beginning"]
    list_select_related = ["post__topic", "editor"]
    list_filter = [("hidden_at", Happened), "written_at"]
    search_fields = ["body", "reason", "editor__username", "post__topic__title"]
    ordering = ["-pk"]
    fields = ["post", "label", "editor", "written_at", "reason", "state", "hiding", "body"]
    readonly_fields = ["label", "state", "hiding"]
    verbs = [HIDE, RESTORE]
    actions = [action(HIDE), action(RESTORE)]

    def has_verb_permission(self, request):
        return request.user.is_moderator and self.has_view_permission(request)

    def get_queryset(self, request):
        """Only what this member may read: not all of hidden posts, nor hidden ones."""
        posts = Post.objects.visible_to(request.user).filter(pk=OuterRef("post"))
        revisions: Any = super().get_queryset(request).filter(Exists(posts))
        revisions = revisions.readable_by(request.user)
        if request.user.is_moderator:
            return revisions
        return revisions.filter(Q(post__hidden_at=None) | Q(post__author=request.user))

    def view_on_site(self, revision):
        return reverse("history", args=[revision.post_id])

    @admin.display(description=_("version"), ordering="version")
    def label(self, revision):
        return revision.number

    @admin.display(description=_("state"), ordering="hidden_at")
    def state(self, revision):
        return state(revision)

    @admin.display(description=_("hidden"))
    def hiding(self, revision):
        if not revision.is_hidden:
            return _("not hidden")
        reason = revision.hidden_reason or _("no reason given")
        return format_html("{} · {} · {}", moment(revision.hidden_at), revision.hidden_by, reason)

    @admin.display(description=_("text"))
    def beginning(self, revision):
        return beginning(revision)


def state(revision):
    if not revision.is_hidden:
        return _("shown")
    return format_html('<span class="badge badge--off">{}</span>', _("hidden"))


def beginning(revision):
    return revision.body if len(revision.body) <= LINE else f"{revision.body[:LINE]}…"
