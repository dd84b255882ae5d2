import re
import uuid
from copy import copy
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import markdown
from forum.markdown.polls import PollText
from forum.signals import announce, written
from forum.text.short_text import validate_short_text

from . import answers, polls
from .group_names import mentionable
from .polls import Ballot
from .post_permissions import PostPermissions
from .reactions import Reaction, offered
from .revisions import Revision
from .topics import Topic, count_posts, keep_stored_fields
from .uploads import Upload, record_uses
from .users import User

PAGE_SIZE = 20
RECENT = 2000  # posts
JUST_NOW = timedelta(minutes=5)
LINE_END = re.compile(r"\r\n?")
# Set when the post is created, or counted; whoever saves it again keeps what is stored.
KEPT = (
    "number",
    "version",
    "first_version",
    "edited_at",
    "change",
    "reply_to_id",
    "replies_count",
    "reactions",
    "answer_id",
    "is_answer",
    "poll",
)
SHOWN_OF_AUTHOR = {"id", "username", "name_version"}
SHOWN_OF_ANSWER = {
    "id",
    "topic",
    "number",
    "author",
    "html",
    "hidden_at",
    "created_at",
    "reactions",
}


def new_token():
    return uuid.uuid4().hex


class EditConflict(Exception):
    """The post was edited since the version the editor began from. `post` is its current state."""

    def __init__(self, post):
        super().__init__("the post was edited by somebody else")
        self.post = post


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user):
        # EXISTS, because with IN SQLite collects and sorts every visible post before it applies the
        # limit.
        return self.filter(
            models.Exists(Topic.objects.visible_to(user).filter(pk=models.OuterRef("topic")))
        )

    def readable_by(self, user):
        """Those whose text `user` may see, as Post.can_be_read_by says of one."""
        visible = self.visible_to(user)
        if not user.is_authenticated:
            return visible.shown()
        if user.is_moderator:
            return visible
        return visible.filter(models.Q(hidden_at=None) | models.Q(author=user.pk))

    def for_display(self):
        """With what _post.html shows of the author, of the post that is answered, and of the
        accepted answer.
        """
        related = self.select_related("author", "reply_to__author", "answer__author")
        return related.defer(*not_shown_of_answered())

    def in_range(self, first, last):
        return self.filter(number__gte=first, number__lte=last).order_by("number")

    def shown(self):
        return self.filter(hidden_at=None)

    def recent(self):
        """Only the last RECENT posts of the forum: bounds queries that every page makes.

        Otherwise they would scan a whole archive that the reader may not see.
        """
        last = models.Subquery(Post.objects.order_by("-pk").values("pk")[:1])
        return self.filter(pk__gt=last - RECENT)

    def submitted(self, author, token, digest):
        return self.filter(author=author.pk, token=token, digest=digest).select_related("topic")


def with_names_on_page(topics, first, last):
    """Annotate each topic with `names`, the sum of name versions of its posts `first` to `last`.

    It changes when an author of one of these posts, of one that they answer, or of the accepted
    answer below them, is renamed.
    """
    first, last = (models.Value(number, models.BigIntegerField()) for number in (first, last))
    posts = Post.objects.filter(topic=models.OuterRef("pk")).in_range(first, last).order_by()
    answered = Coalesce("reply_to__author__name_version", 0)
    accepted = Coalesce("answer__author__name_version", 0)
    versions = models.Sum(models.F("author__name_version") + answered + accepted)
    names = posts.values("topic").annotate(names=versions).values("names")
    return topics.annotate(names=Coalesce(models.Subquery(names), 0))


def not_shown_of_answered():
    """The fields of the answered post, the accepted answer and their authors that need not be
    loaded for display.
    """
    of_post = {field.name for field in Post._meta.concrete_fields}
    of_author = {field.name for field in User._meta.concrete_fields}
    return [
        *(f"reply_to__{name}" for name in of_post - {"id", "number", "author"}),
        *(f"reply_to__author__{name}" for name in of_author - SHOWN_OF_AUTHOR),
        *(f"answer__{name}" for name in of_post - SHOWN_OF_ANSWER),
        *(f"answer__author__{name}" for name in of_author - SHOWN_OF_AUTHOR - {"name"}),
    ]


class Post(PostPermissions, models.Model):
    """A message in a topic: its Markdown source, and the sanitised HTML rendered on saving."""

    # Without an index of its own: PostgreSQL might use it for one page of a topic, since it is
    # small, and read all posts of that topic. Others begin with the same column. So of the author.
    topic = models.ForeignKey(
        Topic, models.PROTECT, related_name="posts", verbose_name=_("topic"), db_index=False
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="posts",
        verbose_name=_("author"),
        db_index=False,
    )
    body = models.TextField(_("text"), max_length=markdown.MAX_LENGTH)
    html = models.TextField(editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    reply_to = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        related_name="replies",
        db_index=False,  # see Meta.indexes
        editable=False,
    )
    # Only those that are not hidden.
    replies_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # {name: how many members}, without zeros: see reactions.py.
    reactions = models.JSONField(default=dict, db_default={}, editable=False)

    # The accepted answer, of first posts alone; whether it is one: see answers.py.
    answer = models.ForeignKey(
        "self", models.RESTRICT, null=True, related_name="+", db_index=False, editable=False
    )
    is_answer = models.BooleanField(default=False, db_default=False, editable=False)

    # What is asked and how it was answered, of first posts with a poll alone: see polls.py.
    poll = models.JSONField(null=True, editable=False)

    # Incremented by every edit. The history begins at `first_version`: the texts before it were
    # replaced within the grace period.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    first_version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    edit_reason = models.CharField(
        _("reason for the edit"), max_length=200, blank=True, validators=[validate_short_text]
    )

    # Members of the group may edit a wiki; without a group everybody who may write here.
    is_wiki = models.BooleanField(_("wiki"), default=False, db_default=False, editable=False)
    wiki_group = models.ForeignKey(
        "auth.Group",
        models.PROTECT,  # or a deleted group would open it to everybody
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("wiki group"),
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
    # Token and content digest of the form that created the post; later edits don't change them.
    token = models.CharField(max_length=64, default=new_token, editable=False)
    digest = models.CharField(max_length=64, default="", editable=False)

    has_new_pictures = False  # whether its text is to be rendered anew
    # The uploads in the text, once it was rendered, and whether it had some before.
    uploads_found: list[Upload] | None = None
    showed_uploads = False
    polls_found: list[PollText] = []  # noqa: RUF012 - replaced when the text is rendered
    is_typed = True  # whether somebody typed the text to be saved; not if it is a former one

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
            models.Index(
                fields=["reply_to", "number"],
                name="replies_to_post",
                condition=models.Q(reply_to__isnull=False),
            ),
        ]

    def __str__(self):
        return _("post %(number)d in %(topic)s") % {"number": self.number, "topic": self.topic}

    def get_absolute_url(self):
        return reverse("post", args=[self.pk])

    # --- Questions ---

    @property
    def is_edited(self):
        """Whether it has a history: edits within the grace period don't count."""
        return self.version > self.first_version

    @property
    def edit_is_news_until(self):
        """Until when open and fresh pages offer to show what the last edit changed."""
        return (self.edited_at or self.created_at) + JUST_NOW

    @property
    def is_first(self):
        return self.number == 1

    @property
    def page(self):
        return page_of(self.number)

    @property
    def shows_reply_to(self):
        """Whether it says which post it answers: not below the very post, where it is plain."""
        if self.reply_to is None or self.is_hidden:
            return False
        return self.reply_to.number != self.number - 1 or self.reply_to.page != self.page

    @property
    def shows_answer(self):
        return self.answer is not None and not (self.is_hidden or self.answer.is_hidden)

    @property
    def shown_reactions(self):
        """(sign, number of members) of those there are, and of the first one that is offered."""
        counted = [(sign, self.reactions.get(sign.name, 0)) for sign in offered()]
        return [(sign, count) for at, (sign, count) in enumerate(counted) if count or at == 0]

    @cached_property
    def excerpt(self):
        return markdown.excerpt(self.html)

    # --- Verbs ---

    def edit(self, editor, body, reason="", version=None):
        """Change the text. `version` is the one the editor began from; None skips the check.

        Raises EditConflict if the post has been edited since that version.
        """
        self._set_text(editor, body, reason, version)

    def revert(self, by, revision, version=None):
        """Restore the text of `revision`, a former version; otherwise as `edit`."""
        self._set_text(by, revision.body, revert_reason(revision), version, is_typed=False)

    def _set_text(self, editor, body, reason, version, is_typed=True):
        with transaction.atomic():
            post = self._locked()
            if body != post.body and not post.has_edit(editor, body, reason, version):
                if version is not None and version != post.version:
                    raise EditConflict(post)
                post.body, post.edited_by, post.edit_reason = body, editor, reason
                post.is_typed = is_typed
                post.save()
        self.refresh_from_db()

    def has_revert(self, by, revision, version):
        """As `has_edit`, for a form that reverts to `revision`."""
        return self.has_edit(by, revision.body, revert_reason(revision), version)

    def has_edit(self, editor, body, reason, version):
        """Whether `editor` has already made exactly this edit of `version` (a form sent twice).

        An edit within the grace period is forgotten when another one replaces it.
        """
        if version is None or version >= self.version:
            return False
        if version + 1 == self.version:
            by = self.edited_by_id or self.author_id
            return (by, self.body, self.edit_reason) == (editor.pk, body, reason)
        following = self.revisions.filter(version=version + 1)
        return following.filter(editor=editor, body=body, reason=reason).exists()

    def hide(self, by, reason=""):
        """Hide the text. The reason is shown to the author and moderators only."""
        with transaction.atomic():
            post = self._locked()
            if not post.is_hidden:
                post.hidden_at, post.hidden_by, post.hidden_reason = timezone.now(), by, reason
                post.save()
        self.refresh_from_db()

    def restore(self):
        with transaction.atomic():
            post = self._locked()
            post.hidden_at = post.hidden_by = None
            post.save()
        self.refresh_from_db()

    def show_new_pictures(self):
        """Render it anew, since pictures in it are ready, or were refused."""
        with transaction.atomic():
            post = self._locked()
            post.has_new_pictures = True
            post.save()
        self.refresh_from_db()

    def make_wiki(self, group=None):
        """Let all members of `group` edit it, or everybody who may write in its category."""
        self._set_wiki(True, group)

    def end_wiki(self):
        self._set_wiki(False, None)

    def _set_wiki(self, is_wiki, group):
        with transaction.atomic():
            post = self._locked()
            post.is_wiki, post.wiki_group = is_wiki, group
            post.save()
        self.refresh_from_db()

    def react(self, member, name, is_on=True):
        """Have `member` react with the sign `name` (see reactions.py), or no more."""
        with transaction.atomic():
            Reaction.objects.choose(self._locked(), member, name, is_on)
        self.refresh_from_db()

    def accept(self, by=None):
        """Make it the answer that its topic's question shows; not the question, or while hidden."""
        with transaction.atomic():
            post = self._locked()
            if not (post.is_first or post.is_hidden):
                answers.choose(post.topic, post, by)
        self.refresh_from_db()

    def take_back(self, by=None):
        """Have it be the accepted answer no more."""
        with transaction.atomic():
            post = self._locked()
            if post.is_answer:
                answers.choose(post.topic, None, by)
        self.refresh_from_db()

    def vote(self, member, choices):
        """Have `member` vote in its poll: see BallotQuerySet.cast."""
        with transaction.atomic():
            Ballot.objects.cast(self._locked(), member, choices)
        self.refresh_from_db()

    def close_poll(self):
        """Close its poll if the time is over."""
        with transaction.atomic():
            polls.close(self._locked())
        self.refresh_from_db()

    def _locked(self):
        """The stored post, read under its topic's lock, so that no concurrent change is lost."""
        Topic.objects.locked(self.topic_id)
        return Post.objects.select_related("author", "edited_by").get(pk=self.pk)

    # --- Saving ---

    def clean(self):
        try:
            markdown.render(self.body)
        except markdown.MarkdownError as error:
            raise ValidationError({"body": str(error)}) from error

    def save(self, *args, update_fields=None, **kwargs):
        """Render the text and take the next number and change number of the topic.

        Raises MarkdownError if the text can't be rendered.
        """
        adding = self._state.adding
        self.body = LINE_END.sub("\n", self.body)
        if not self.is_hidden:
            self.hidden_reason = ""  # never keep a private reason on a visible post
        if adding:
            is_first = self.topic.last_number == 0
            html = self._rendered(is_first)  # before taking the lock, to hold it briefly
            self.poll = polls.edited(None, self.polls_found)
        with transaction.atomic(savepoint=False):
            topic = Topic.objects.locked(self.topic_id)
            if adding:
                kind, self.html, self.number = "created", html, topic.last_number + 1
                self.poll = self.poll if self.is_first else None
            else:
                before = Post.objects.get(pk=self.pk)
                keep_stored_fields(before, self, update_fields)
                kind = self._apply_edit(before)
            if kind:
                self.change = topic.take_change()
            super().save(*args, **kwargs)
            self._record_uses()
            if kind:
                announce(kind, copy(topic), self, by=self.hidden_by)
                self._count(topic, kind)
                if self.is_first:
                    polls.show(topic, self.poll)
                if self.is_answer and kind != "wiki":
                    answers.show(topic, topic.posts.get(number=1), self)
                topic.save_numbers()
                self.topic = topic
                if kind in ("created", "edited") and self.is_typed:
                    author = self.edited_by or self.author
                    written.send(Post, post=self, author=author, is_new=kind == "created")

    def _apply_edit(self, before):
        """Compare with the stored row; save a revision if the text changed.

        Returns the kind of change (see forum/signals.py), or None.
        """
        for field in KEPT:
            setattr(self, field, getattr(before, field))
        edited = self.body != before.body
        self.showed_uploads = "/uploads/" in before.html
        if edited:
            self._replace_text(before)
        else:
            has_poll = self.poll is not None
            self.html = self._rendered(has_poll) if self.has_new_pictures else before.html
        if self.is_hidden != before.is_hidden:
            return "hidden" if self.is_hidden else "restored"
        if edited:
            return "edited"
        if self.html != before.html:
            return "pictures"
        wiki = self.is_wiki, self.wiki_group_id
        return "wiki" if wiki != (before.is_wiki, before.wiki_group_id) else None

    def _replace_text(self, before):
        self.html = self._rendered(self.is_first)
        self.poll = polls.edited(before.poll, self.polls_found)
        self.version += 1
        if self._leaves_no_mark(before):
            self.first_version, self.edited_by = self.version, None
        else:
            before.keep_revision()
            self.edited_at = timezone.now()

    def _leaves_no_mark(self, before):
        """Whether this edit is in the grace period: by the author, soon after writing.

        One with a reason is meant to be seen, and after an edit that left a mark all others do.
        """
        by_author = (self.edited_by_id or self.author_id) == self.author_id
        if before.is_edited or self.edit_reason or not by_author:
            return False
        age = timezone.now() - before.created_at
        return age < timedelta(minutes=settings.EDIT_GRACE_MINUTES)

    def keep_revision(self):
        Revision.objects.create(
            post=self,
            version=self.version,
            body=self.body,
            reason=self.edit_reason,
            editor_id=self.edited_by_id or self.author_id,
            written_at=self.edited_at or self.created_at,
        )

    def _rendered(self, with_poll):
        self.uploads_found, self.polls_found = [], []
        polls = self.polls_found if with_poll else None
        return markdown.render(self.body, find=mentionable, pictures=self._pictures, polls=polls)

    def _pictures(self, names):
        usable = Upload.objects.usable_by(self.edited_by or self.author, self)
        self.uploads_found = list(usable.filter(name__in=names))
        return {upload.name: upload.picture for upload in self.uploads_found}

    def _record_uses(self):
        """Note which uploads the text uses, if it was rendered and there are or were some."""
        if self.uploads_found is None or not (self.uploads_found or self.showed_uploads):
            return
        if record_uses(self, self.uploads_found):
            self.html = self._rendered(self.poll is not None)
            Post.objects.filter(pk=self.pk).update(html=self.html)

    def _count(self, topic, kind):
        if kind == "created":
            topic.add_to_counters(self)
        if self.is_hidden or kind == "restored":
            topic.recompute_activity()
        by = {"created": 0 if self.is_hidden else 1, "restored": 1, "hidden": -1}.get(kind, 0)
        if by:
            count_posts(self.author_id, by)
        if by and self.reply_to_id:
            self._count_reply(topic, by)

    def _count_reply(self, topic, by):
        """Count this reply at the post that it answers, which so changes, too.

        Raises Post.DoesNotExist if that is not a post of this topic.
        """
        self.reply_to = answered = topic.posts.get(pk=self.reply_to_id)
        answered.replies_count += by
        answered.change = topic.take_change()
        Post.objects.filter(pk=answered.pk).update(
            replies_count=answered.replies_count, change=answered.change
        )
        announce("answered", topic, answered)


def revert_reason(revision):
    return gettext("Reverted to version %(number)d") % {"number": revision.number}


def page_of(number):
    return (max(number, 1) - 1) // PAGE_SIZE + 1
