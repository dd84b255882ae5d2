import re
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forum import markdown
from forum.signals import announce
from forum.text.short_text import validate_short_text

from .revisions import Revision
from .topics import Topic, count_posts, take_others_from
from .users import User

PAGE_SIZE = 20
RECENT = 2000  # posts
LINE_END = re.compile(r"\r\n?")


def new_token():
    return uuid.uuid4().hex


class EditConflict(Exception):
    """Somebody else has edited the post since this version was read. `post` is how it stands
    now.
    """

    def __init__(self, post):
        super().__init__("the post was edited by somebody else")
        self.post = post


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user):
        # as EXISTS: with IN, SQLite collects and sorts every visible post before it takes the first
        # twenty
        return self.filter(
            models.Exists(Topic.objects.visible_to(user).filter(pk=models.OuterRef("topic")))
        )

    def for_display(self):
        return self.select_related("author")

    def in_range(self, first, last):
        return self.filter(number__gte=first, number__lte=last).order_by("number")

    def shown(self):
        return self.filter(hidden_at=None)

    def recent(self):
        """Among the last RECENT of all. For what is asked on every page, or by whoever says how far
        to look back: else a large archive that the reader may not see, or has on show, would be
        looked through each time."""
        last = models.Subquery(Post.objects.order_by("-pk").values("pk")[:1])
        return self.filter(pk__gt=last - RECENT)

    def submitted(self, author, token, digest):
        return self.filter(author=author.pk, token=token, digest=digest).select_related("topic")


def with_names_on_page(topics, first, last):
    """Gives each topic `names`: another number after an author of one of its posts `first` to
    `last` is renamed.
    """
    first, last = (models.Value(number, models.BigIntegerField()) for number in (first, last))
    posts = Post.objects.filter(topic=models.OuterRef("pk")).in_range(first, last).order_by()
    names = posts.values("topic").annotate(names=models.Sum("author__name_version")).values("names")
    return topics.annotate(names=Coalesce(models.Subquery(names), 0))


class Post(models.Model):
    """What somebody wrote: the Markdown source, and the sanitised HTML it was rendered to when
    saved.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="posts", verbose_name=_("topic"))
    number = models.PositiveIntegerField(_("number"), editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("author")
    )
    body = models.TextField(_("text"), max_length=markdown.MAX_LENGTH)
    html = models.TextField(editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    edit_reason = models.CharField(
        _("reason for the edit"), max_length=200, blank=True, validators=[validate_short_text]
    )

    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    hidden_reason = models.CharField(
        _("reason for hiding"),
        max_length=200,
        blank=True,
        editable=False,
        validators=[validate_short_text],
    )

    change = models.PositiveIntegerField(editable=False)
    # of the form that sent it
    token = models.CharField(max_length=64, default=new_token, editable=False)
    # of what it sent, whatever is edited later
    digest = models.CharField(max_length=64, default="", editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="one_post_per_number"),
            models.UniqueConstraint(
                fields=["author", "token", "digest"], name="one_post_per_submission"
            ),
        ]
        indexes = [
            models.Index(fields=["topic", "change"], name="posts_by_change"),
            models.Index(fields=["author", "-id"], name="posts_of_author"),
        ]

    def __str__(self):
        return _("post %(number)d in %(topic)s") % {"number": self.number, "topic": self.topic}

    def get_absolute_url(self):
        return reverse("post", args=[self.pk])

    # --- Questions ---

    @property
    def is_hidden(self):
        return self.hidden_at is not None

    @property
    def hidden_by_author(self):
        return self.is_hidden and self.hidden_by_id == self.author_id

    @property
    def page(self):
        return page_of(self.number)

    @cached_property
    def excerpt(self):
        return markdown.excerpt(self.html)

    def can_be_read_by(self, user):
        """Whether the text itself may be seen: a hidden one only by its author and by
        moderators.
        """
        return (
            not self.is_hidden
            or user.pk == self.author_id
            or (user.is_authenticated and user.is_moderator)
        )

    def can_be_edited_by(self, user):
        if not user.is_authenticated:
            return False
        own = user.pk == self.author_id and not self.is_hidden
        return user.is_moderator or (own and self.topic.takes_replies_from(user))

    def can_be_hidden_by(self, user):
        return (
            not self.is_hidden
            and user.is_authenticated
            and (user.pk == self.author_id or user.is_moderator)
        )

    def can_be_restored_by(self, user):
        if not self.is_hidden or not user.is_authenticated:
            return False
        return user.is_moderator or (user.pk == self.author_id and self.hidden_by_author)

    # --- Verbs ---

    def edit(self, editor, body, reason="", version=None):
        """Change the text. `version` is the one the editor began from; raises EditConflict when it
        isn't the last.
        """
        with transaction.atomic():
            post = self._as_it_stands()
            if body != post.body and not post.has_edit(editor, body, reason, version):
                if version is not None and version != post.version:
                    raise EditConflict(post)
                post.body, post.edited_by, post.edit_reason = body, editor, reason
                post.save()
        self.refresh_from_db()

    def has_edit(self, editor, body, reason, version):
        """Whether `editor` has made this very edit of `version` before, so that the form was only
        sent again.
        """
        if version is None or version >= self.version:
            return False
        if version + 1 == self.version:
            return (self.edited_by_id, self.body, self.edit_reason) == (editor.pk, body, reason)
        following = self.revisions.filter(version=version + 1)
        return following.filter(editor=editor, body=body, reason=reason).exists()

    def hide(self, by, reason=""):
        """Take the text out of sight. The reason is for the author and moderators only."""
        with transaction.atomic():
            post = self._as_it_stands()
            if not post.is_hidden:
                post.hidden_at, post.hidden_by, post.hidden_reason = timezone.now(), by, reason
                post.save()
        self.refresh_from_db()

    def restore(self):
        with transaction.atomic():
            post = self._as_it_stands()
            post.hidden_at = post.hidden_by = None
            post.save()
        self.refresh_from_db()

    def _as_it_stands(self):
        """The stored post, under its topic's lock: what somebody else wrote meanwhile is not
        overwritten.
        """
        Topic.objects.locked(self.topic_id)
        return Post.objects.select_related("author", "edited_by").get(pk=self.pk)

    # --- Saving ---

    def clean(self):
        try:
            markdown.render(self.body)
        except markdown.MarkdownError as error:
            raise ValidationError({"body": str(error)}) from error

    def save(self, *args, update_fields=None, **kwargs):
        """Takes the next numbers of its topic and renders its text, whoever saves it. Raises
        MarkdownError.
        """
        adding = self._state.adding
        self.body = LINE_END.sub("\n", self.body)
        if not self.is_hidden:
            self.hidden_reason = ""  # everybody may look at what is known of a post that shows
        if adding:
            html = self._rendered()  # before the lock: others needn't wait for it
        with transaction.atomic():
            topic = Topic.objects.locked(self.topic_id)
            if adding:
                kind, self.html, self.number = "created", html, topic.last_number + 1
            else:
                before = Post.objects.get(pk=self.pk)
                take_others_from(before, self, update_fields)
                kind = self._become_changed(before)
            if kind:
                self.change = topic.take_change()
            super().save(*args, **kwargs)
            if kind:
                self._count(topic, kind)
                topic.save_numbers()
                self.topic = topic
                announce(kind, topic, self)

    def _become_changed(self, before):
        """Compares with the stored row, keeps its text as a revision if that changed, and names the
        change.
        """
        self.number, self.version, self.change = before.number, before.version, before.change
        edited = self.body != before.body
        if edited:
            before.keep_revision()
            self.html = self._rendered()
            self.version += 1
            self.edited_at = timezone.now()
        else:
            self.html = before.html
        if self.is_hidden != before.is_hidden:
            return "hidden" if self.is_hidden else "restored"
        return "edited" if edited else None

    def keep_revision(self):
        Revision.objects.create(
            post=self,
            version=self.version,
            body=self.body,
            reason=self.edit_reason,
            editor_id=self.edited_by_id or self.author_id,
            written_at=self.edited_at or self.created_at,
        )

    def _rendered(self):
        return markdown.render(self.body, known=User.objects.known)

    def _count(self, topic, kind):
        if kind == "created":
            topic.count_in(self)
        if self.is_hidden or kind == "restored":
            topic.look_again()
        by = {"created": 0 if self.is_hidden else 1, "restored": 1, "hidden": -1}.get(kind, 0)
        if by:
            count_posts(self.author_id, by)


def page_of(number):
    return (max(number, 1) - 1) // PAGE_SIZE + 1
