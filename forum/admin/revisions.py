from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forum.models import Post, Revision

from .base import ForumAdmin, ReadOnly

LINE = 120  # characters of a former text shown in a list


class RevisionInline(ReadOnly, admin.TabularInline):
    model = Revision
    fields = ("version", "written_at", "editor", "reason", "beginning")
    readonly_fields = fields
    ordering = ["-version"]
    extra = 0
    show_change_link = True
    verbose_name_plural = _("earlier versions")
    classes = ["collapse"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("editor", "post__topic")

    @admin.display(description=_("text"))
    def beginning(self, revision):
        return beginning(revision)


@admin.register(Revision)
class RevisionAdmin(ReadOnly, ForumAdmin):
    list_display = ["post", "version", "editor", "written_at", "reason", "beginning"]
    list_select_related = ["post__topic", "editor"]
    list_filter = ["written_at"]
    search_fields = ["body", "reason", "editor__username", "post__topic__title"]
    ordering = ["-pk"]
    fields = ["post", "version", "editor", "written_at", "reason", "body"]

    def get_queryset(self, request):
        """Revisions of hidden posts are visible only to those who may read the post."""
        posts = Post.objects.visible_to(request.user).filter(pk=OuterRef("post"))
        revisions = super().get_queryset(request).filter(Exists(posts))
        if request.user.is_moderator:
            return revisions
        return revisions.filter(Q(post__hidden_at=None) | Q(post__author=request.user))

    def view_on_site(self, revision):
        return reverse("history", args=[revision.post_id])

    @admin.display(description=_("text"))
    def beginning(self, revision):
        return beginning(revision)


def beginning(revision):
    return revision.body if len(revision.body) <= LINE else f"{revision.body[:LINE]}…"
