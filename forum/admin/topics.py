from typing import Any

from django import forms
from django.contrib import admin
from django.db import IntegrityError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from forum.forms.submissions import TokenField, digest
from forum.models import Category, Post, Topic
from forum.templatetags.parley import grouped, moment, swatch

from .base import ForumAdmin, list_link
from .filters import CategoryFilter, Happened
from .forms import BodyField, GuardedForm, TitleField
from .moving import Moving
from .verbs import Verb, action


def moderators(topic, user):
    return user.is_moderator


CLOSE = Verb(
    "close",
    _("Close"),
    _("Closed."),
    lambda t: t.is_open,
    moderators,
    lambda t, by: t.close(by),
)
OPEN = Verb(
    "open",
    _("Reopen"),
    _("Reopened."),
    lambda t: not t.is_open,
    moderators,
    lambda t, by: t.open(by),
)
PIN = Verb(
    "pin",
    _("Pin"),
    _("Pinned."),
    lambda t: not t.is_pinned,
    moderators,
    lambda t, by: t.pin(by),
)
UNPIN = Verb(
    "unpin",
    _("Unpin"),
    _("Unpinned."),
    lambda t: t.is_pinned,
    moderators,
    lambda t, by: t.unpin(by),
)


class NewTopicForm(forms.ModelForm):
    title = TitleField()
    body = BodyField(takes_poll=True)
    token = TokenField()

    class Meta:
        model = Topic
        fields = ["title", "category", "author"]


class TopicForm(GuardedForm):
    counter = "header_change"
    compared = ("title", "category")

    title = TitleField()

    class Meta:
        model = Topic
        fields = ["title", "category"]

    def stored_object(self):
        return Topic.objects.locked(self.instance.pk)


@admin.register(Topic)
class TopicAdmin(Moving, ForumAdmin):
    list_display = ["title", "in_category", "state", "posts_link", "bumped_at", "author"]
    list_filter = [("closed_at", Happened), ("pinned_at", Happened), "created_at", CategoryFilter]
    list_select_related = ["category", "author"]
    search_fields = ["title", "author__username"]
    search_help_text = _("Search the title or the author's name")
    date_hierarchy = "created_at"
    ordering = ["-bumped_at", "-pk"]
    autocomplete_fields = ["category", "author"]
    readonly_fields = ["state", "posts_link", "started", "last_activity"]
    verbs = [CLOSE, OPEN, PIN, UNPIN]
    actions = ["move", *map(action, verbs)]

    def get_queryset(self, request):
        topics: Any = super().get_queryset(request)
        return topics.visible_to(request.user)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and request.user.is_moderator

    # --- The form ---

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(
            request, obj, change, form=TopicForm if change else NewTopicForm, **kwargs
        )

    def get_fieldsets(self, request, obj=None):
        if obj:
            fields = [
                "title",
                "category",
                "author",
                "state",
                "posts_link",
                "started",
                "last_activity",
            ]
        else:
            # Only owners may post for others.
            author = ["author"] if request.user.is_superuser else []
            fields = ["title", "category", *author, "body"]
        return [(None, {"fields": fields})]

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "author"] if obj else self.readonly_fields

    def get_changeform_initial_data(self, request):
        return {"author": request.user.pk, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "category":
            adding = not request.resolver_match.kwargs.get("object_id")
            categories = Category.objects
            kwargs["queryset"] = (categories.writable_by if adding else categories.visible_to)(
                request.user
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- Saving ---

    def save_model(self, request, obj, form, change):
        if change:
            obj.changed_by = request.user
            obj.save()
            return
        data = form.cleaned_data
        author, mark = data.get("author", request.user), (data["token"], digest(form, request.path))
        try:
            topic = Topic.start(author, data["category"], data["title"], data["body"], *mark)
        except IntegrityError:  # the form was sent twice
            topic = Post.objects.submitted(author, *mark).get().topic
        obj.pk = topic.pk
        obj.refresh_from_db()

    # --- Columns ---

    @admin.display(description=_("category"), ordering="category__name")
    def in_category(self, topic):
        return format_html("{} {}", swatch(topic.category), topic.category)

    @admin.display(description=_("posts"), ordering="last_number")
    def posts_link(self, topic):
        return list_link("post", grouped(topic.last_number), topic__id__exact=topic.pk)

    @admin.display(description=_("state"))
    def state(self, topic):
        states = [("off", _("closed"))] if not topic.is_open else []
        states += [("on", _("pinned"))] if topic.is_pinned else []
        return format_html_join(" ", '<span class="badge badge--{}">{}</span>', states) or _("open")

    @admin.display(description=_("started"))
    def started(self, topic):
        return moment(topic.created_at)

    @admin.display(description=_("last activity"))
    def last_activity(self, topic):
        return moment(topic.bumped_at)
