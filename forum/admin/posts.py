from typing import cast

from django import forms
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from forum.forms.posts import WikiForm, rendered
from forum.forms.short_text import ShortTextField
from forum.forms.submissions import TokenField, digest
from forum.markdown import MarkdownError
from forum.models import Post, Topic, User
from forum.templatetags.parley import moment

from .base import ForumAdmin, list_link
from .filters import Happened, TopicCategoryFilter
from .forms import BodyField, GuardedForm
from .revisions import RevisionInline
from .verbs import Verb, WithVerbs, action

HIDE = Verb(
    name="hide",
    label=_("Hide"),
    done=_("Hidden."),
    is_needed=lambda post: not post.is_hidden,
    is_allowed=lambda post, user: post.is_hidden or post.can_be_hidden_by(user),
    run=lambda post, user: post.hide(user),
)
RESTORE = Verb(
    name="restore",
    label=_("Restore"),
    done=_("Restored."),
    is_needed=lambda post: post.is_hidden,
    is_allowed=lambda post, user: not post.is_hidden or post.can_be_restored_by(user),
    run=lambda post, user: post.restore(),
)


class NewPostForm(forms.ModelForm):
    user: User  # who fills it in; set by PostAdmin.get_form

    body = BodyField()
    token = TokenField()

    class Meta:
        model = Post
        fields = ["topic", "author", "body"]

    def clean_topic(self):
        # Locked, so that it isn't closed or moved meanwhile.
        topic = Topic.objects.locked(self.cleaned_data["topic"].pk)
        if not topic.takes_replies_from(self.user):
            raise forms.ValidationError(
                _("You can't post in this topic: it is closed, or you can't post in its category.")
            )
        return topic


class PostForm(GuardedForm):
    user: User  # as above
    compared = ("body",)

    body = BodyField()
    reason = ShortTextField(
        label=_("Reason for the edit"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("Shown to everyone in the post's history."),
    )

    class Meta:
        model = Post
        fields = ["body"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "body" in self.fields:  # not for who may only look
            body = cast(BodyField, self.fields["body"])
            body.takes_poll, body.poll = self.instance.is_first, self.instance.poll

    def clean(self):
        cleaned = super().clean()
        if self.instance.is_first and "body" in cleaned:
            stored = Post.objects.get(pk=self.instance.pk)  # again, now under the lock
            try:
                rendered(cleaned["body"], takes_poll=True, poll=stored.poll)
            except MarkdownError as error:
                self.add_error("body", str(error))
        return cleaned

    def stored_object(self):
        Topic.objects.locked(self.instance.topic_id)
        post = Post.objects.get(pk=self.instance.pk)
        if not post.can_be_edited_by(self.user):  # again, now under the lock
            raise forms.ValidationError(
                _(
                    "You can't edit this post any more: it or its topic was changed meanwhile, or"
                    " the time for edits is over."
                )
            )
        return post


@admin.register(Post)
class PostAdmin(WithVerbs, ForumAdmin):
    list_display = ["label", "topic", "beginning", "author", "state", "created_at"]
    list_filter = [
        ("hidden_at", Happened),
        ("edited_at", Happened),
        "is_wiki",
        "created_at",
        TopicCategoryFilter,
    ]
    list_select_related = ["topic", "author"]
    linked_lookups = ["topic__id__exact", "author__id__exact"]
    search_fields = ["body", "topic__title", "author__username"]
    search_help_text = _("Search the text, the topic's title or the author's name")
    ordering = ["-pk"]
    autocomplete_fields = ["topic", "author"]
    readonly_fields = [
        "label",
        "reply_to",
        "state",
        "hidden_reason",
        "written",
        "edits",
        "editors",
        "preview",
    ]
    inlines = [RevisionInline]
    verbs = [HIDE, RESTORE]
    actions = [action(HIDE), action(RESTORE)]

    def get_queryset(self, request):
        topics = Topic.objects.visible_to(request.user).filter(pk=OuterRef("topic"))
        # EXISTS, so that the newest rows can be read without sorting all.
        posts = super().get_queryset(request).filter(Exists(topics))
        if request.user.is_moderator:
            return posts
        return posts.filter(Q(hidden_at=None) | Q(author=request.user))

    def get_object(self, request, object_id, from_field=None):
        post = super().get_object(request, object_id, from_field)
        if post:
            post.topic  # noqa: B018 - loads it once for all permission checks
        return post

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or obj.can_be_edited_by(request.user)
        )

    # --- The form ---

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(
            request, obj, change, form=PostForm if change else NewPostForm, **kwargs
        )
        form.user = request.user
        return form

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            # Only owners may post for others.
            author = ["author"] if request.user.is_superuser else []
            return [(None, {"fields": ["topic", *author, "body"]})]
        answered = ["reply_to"] if obj.reply_to_id else []
        hidden = ["hidden_reason"] if obj.is_hidden else []
        reason = ["reason"] if self.has_change_permission(request, obj) else []
        return [
            (
                None,
                {
                    "fields": [
                        "topic",
                        "author",
                        "label",
                        *answered,
                        "written",
                        "state",
                        *hidden,
                        "body",
                        *reason,
                    ]
                },
            ),
            (_("Preview"), {"fields": ["preview", "edits", "editors"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "topic", "author"] if obj else self.readonly_fields

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_changeform_initial_data(self, request):
        return {"author": request.user.pk, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "topic":
            kwargs["queryset"] = Topic.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context["subtitle"] = str(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- Saving ---

    def save_model(self, request, obj, form, change):
        data = form.cleaned_data
        if change:
            obj.edit(request.user, data["body"], data["reason"], data["version"])
            return
        obj.token, obj.digest = data["token"], digest(form, request.path)
        if "author" not in data:
            obj.author = request.user
        try:
            with transaction.atomic():  # a savepoint: the whole form is in a transaction
                obj.save()
        except IntegrityError:  # the form was sent twice
            obj.pk = Post.objects.submitted(obj.author, obj.token, obj.digest).get().pk
            obj.refresh_from_db()

    # --- Columns ---

    @admin.display(description=_("number"), ordering="number")
    def label(self, post):
        return f"#{post.number}"

    @admin.display(description=_("text"))
    def beginning(self, post):
        return post.excerpt

    @admin.display(description=_("state"), ordering="hidden_at")
    def state(self, post):
        if not post.is_hidden:
            return _("shown")
        return format_html('<span class="badge badge--off">{}</span>', _("hidden"))

    @admin.display(description=_("written"))
    def written(self, post):
        link = list_link("post", _("all posts of this topic"), topic__id__exact=post.topic_id)
        return format_html("{} · {}", moment(post.created_at), link)

    @admin.display(description=_("last edit"))
    def edits(self, post):
        if not post.edited_at:
            return _("never edited")
        return format_html(
            "{} · {} · {}",
            moment(post.edited_at),
            post.edited_by,
            post.edit_reason or _("no reason given"),
        )

    @admin.display(description=_("who may edit"))
    def editors(self, post):
        choices = dict(WikiForm().choices)
        who = choices[WikiForm.initial_for(post)["editors"]]
        return format_html(
            '{} · <a href="{}">{}</a>', who, reverse("wiki", args=[post.pk]), _("change")
        )

    @admin.display(description=_("preview"))
    def preview(self, post):
        return format_html('<div class="post-preview" dir="auto">{}</div>', mark_safe(post.html))  # noqa: S308 - sanitised
