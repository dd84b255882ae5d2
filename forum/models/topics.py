from copy import copy
from datetime import UTC

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Exists, F, FilteredRelation, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.db.prepared import Prepared
from forum.signals import announce
from forum.text import slugs
from forum.text.short_text import validate_short_text

from . import tags
from .categories import Category
from .editions import with_edition
from .epochs import new_epoch
from .tags import TopicTag
from .users import User, name_version_of

TITLE_LENGTH = 200


def slug_of(title):
    return slugs.slug_of(title, 80) or "topic"


def list_key(bumped_at, pk):
    """The topic's position in a list ordered by activity, as text that sorts correctly."""
    return f"{bumped_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{pk}"


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, user):
        return self.filter(category__in=Category.objects.visible_to(user))

    def public(self):
        """The topics that everybody may read."""
        return self.visible_to(AnonymousUser())

    def for_display(self):
        return with_edition(self.select_related("category", "author", "last_author"))

    def in_order(self):
        return self.order_by("-bumped_at", "-pk")

    def pinned(self):
        return self.filter(pinned_at__isnull=False).order_by("-pinned_at", "-pk")

    def with_tag(self, pk):
        """Those with the tag of this id."""
        return self.filter(Exists(TopicTag.objects.filter(topic=OuterRef("pk"), tag=pk)))

    def along_tag(self, pk, *conditions):
        """The same, to be ordered by `here__bumped_at` and `here__topic` as an index has them.

        Conditions on these, too, must be given here: those of a later `filter` would add a join.
        """
        here = FilteredRelation("tagged", condition=Q(tagged__tag=pk))
        return self.alias(here=here).filter(*conditions, here__isnull=False)

    def locked(self, pk):
        """The topic, with its row locked until the transaction ends.

        The lock serialises everything that takes numbers. Raises Topic.DoesNotExist.
        """
        for topic in LOCKED.instances(AnonymousUser(), pk):
            return topic
        raise Topic.DoesNotExist


def with_row_names(topics):
    """Annotate each topic with `names`, the same value as `Topic.row_names`.

    Uses subqueries, because with joins SQLite may choose to start from the members.
    """
    return topics.annotate(names=name_version_of("author") + name_version_of("last_author"))


def locked(_reader, pk):
    return Topic.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk)


LOCKED = Prepared(locked)


class Topic(models.Model):
    """Posts under a title.

    Its numbers are assigned under its row lock, so their order is the order of commits. `change`
    is incremented by every change that readers can see; `header_change` is the last one that
    affected the header above the posts, `row_change` the last one that lists show; `epoch` is
    replaced when numbers can no longer be trusted.
    """

    edition: str  # set on topics that come from `for_display`
    changed_by = None  # the User who changes what is about to be saved, if known

    category = models.ForeignKey(
        Category, models.PROTECT, related_name="topics", verbose_name=_("category")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="topics", verbose_name=_("author")
    )
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, validators=[validate_short_text])
    slug = models.CharField(_("slug"), max_length=80, editable=False)
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    pinned_at = models.DateTimeField(_("pinned"), null=True, blank=True)

    tag_list = models.JSONField(default=list, db_default=[], editable=False)  # see `tags`

    last_number = models.PositiveIntegerField(_("posts"), default=0, editable=False)
    last_author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )
    # Of the accepted answer, if there is one and it is not hidden: see answers.py.
    answer_number = models.PositiveIntegerField(null=True, editable=False)
    # Whether its first post has a poll, and when that is to be closed: see polls.py.
    has_poll = models.BooleanField(default=False, db_default=False, editable=False)
    poll_closes_at = models.DateTimeField(null=True, editable=False)
    bumped_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    epoch = models.CharField(max_length=16, default=new_epoch, editable=False)
    change = models.PositiveIntegerField(default=0, editable=False)
    header_change = models.PositiveIntegerField(default=0, editable=False)
    row_change = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        indexes = [
            models.Index(fields=["-bumped_at", "-id"], name="topics_by_activity"),
            models.Index(fields=["category", "-bumped_at", "-id"], name="topics_of_category"),
            models.Index(
                fields=["-pinned_at"], name="topics_pinned", condition=Q(pinned_at__isnull=False)
            ),
            models.Index(fields=["author", "-created_at"], name="topics_of_author"),
            models.Index(
                fields=["poll_closes_at"],
                name="topics_with_open_poll",
                condition=Q(poll_closes_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("topic", args=[self.pk, self.slug])

    # --- Questions ---

    @property
    def is_open(self):
        return self.closed_at is None

    @property
    def is_pinned(self):
        return self.pinned_at is not None

    @property
    def tags(self):
        """Its tags, in their order, as TagLinks."""
        return [tags.TagLink(*one) for one in self.tag_list]

    @property
    def replies(self):
        return max(self.last_number - 1, 0)

    @property
    def row_names(self):
        """The sum of name versions of the members in its list row: changes when one is renamed.

        `with_row_names` is the same for queries.
        """
        last = self.last_author.name_version if self.last_author else 0
        return self.author.name_version + last

    @property
    def key(self):
        return list_key(self.bumped_at, self.pk)

    def takes_replies_from(self, user):
        return (self.is_open or user.is_moderator) and self.is_writable_by(user)

    def is_writable_by(self, user):
        """Whether `user` may write in its category."""
        if hasattr(self, "is_writable"):
            return self.is_writable  # annotated for this user: see forum/pages/topics.py
        return Category.objects.writable_by(user).filter(pk=self.category_id).exists()

    def is_asked_by(self, user):
        """Whether `user` decides what answers it: who has asked, while it takes their replies, and
        moderators.
        """
        if not user.is_authenticated or not (user.is_moderator or user.pk == self.author_id):
            return False
        return self.takes_replies_from(user)

    def takes_answer_from(self, user):
        """Whether `user` may accept an answer here."""
        return self.category.takes_answers and self.is_asked_by(user)

    # --- Verbs ---

    @classmethod
    @transaction.atomic
    def start(cls, author, category, title, body, token=None, digest="", tagged=()):
        """Create a topic with its first post; raises as `reply` does. tagged: its Tags."""
        topic = cls(author=author, category=category, title=title)
        topic.save()
        topic.begin_with(tagged)
        topic.reply(author, body, token, digest)
        return topic

    def reply(self, author, body, token=None, digest="", reply_to=None):
        """Add a post at the end and return it. `reply_to` is the post that it answers, if any.

        Raises IntegrityError if `author` has already posted with this token and digest, and
        MarkdownError if the text can't be rendered.
        """
        from .posts import Post

        post = Post(
            topic=self,
            author=author,
            body=body,
            digest=digest,
            reply_to=reply_to,
            **({"token": token} if token else {}),
        )
        post.save()
        self._copy_numbers_from(post.topic)
        return post

    # `by` is the member who does it, if known.

    def rename(self, title, by=None):
        self._set(by, title=title)

    def close(self, by=None):
        self._mark(by, "closed_at")

    def open(self, by=None):
        self._set(by, closed_at=None)

    def pin(self, by=None):
        self._mark(by, "pinned_at")

    def unpin(self, by=None):
        self._set(by, pinned_at=None)

    def move(self, category, by=None):
        self._set(by, category=category)

    def begin_with(self, tagged):
        """Give these Tags to a topic that was just made, which is no change of it."""
        if tagged:
            self.tag_list = tags.store(self, [tag.pk for tag in tagged])
            self.save_numbers()

    @transaction.atomic
    def tag(self, tagged, by=None):
        """Give it these Tags, and no others."""
        topic = Topic.objects.locked(self.pk)
        topic.store_tags([tag.pk for tag in tagged], by)
        self.refresh_from_db()

    def store_tags(self, ids, by=None):
        """The same for a topic that is locked, by ids."""
        former = copy(self)
        self.tag_list = tags.store(self, ids)
        if self.tag_list != former.tag_list:
            self.header_change = self.take_change()
            self.save_numbers()
            announce("tagged", copy(self), former=former, by=by)

    def _set(self, by, **values):
        """Set fields on the current row, under its lock, so that no concurrent change is lost."""
        with transaction.atomic():
            topic = Topic.objects.locked(self.pk)
            for field, value in values.items():
                setattr(topic, field, value)
            topic.changed_by = by
            topic.save()
        self.refresh_from_db()

    def _mark(self, by, field):
        """Set a timestamp to now, unless it is already set."""
        with transaction.atomic():
            if getattr(Topic.objects.locked(self.pk), field) is None:
                self._set(by, **{field: timezone.now()})
        self.refresh_from_db()

    # --- Saving ---

    def save(self, *args, update_fields=None, **kwargs):
        """Save what people may change. Counters and numbers always come from the locked row."""
        if self._state.adding:
            self.slug = slug_of(self.title)
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            before = Topic.objects.locked(self.pk)
            keep_stored_fields(before, self, update_fields)
            self._copy_numbers_from(before)
            self.slug = slug_of(self.title)
            kind = self._kind_of_change(before)
            if kind:
                self.take_change()
                self.header_change = self.change
            super().save(*args, **kwargs)
            if kind == "moved":
                tags.store_move(self, before.category_id)
            if kind:
                announce(kind, self, former=before, by=self.changed_by)

    def take_change(self, in_lists=True):
        """Take the next change number. Call only under the row lock.

        `in_lists`: whether lists show the change.
        """
        self.change += 1
        if in_lists:
            self.row_change = self.change
        return self.change

    def _copy_numbers_from(self, row):
        for field in (
            "tag_list",
            "last_number",
            "last_author_id",
            "answer_number",
            "has_poll",
            "poll_closes_at",
            "bumped_at",
            "epoch",
            "change",
            "header_change",
            "row_change",
        ):
            setattr(self, field, getattr(row, field))

    def _kind_of_change(self, before):
        """The kind of change (see forum/signals.py), or None.

        A move takes precedence, because it can take the topic away from some readers.
        """
        if self.category_id != before.category_id:
            return "moved"
        if self.title != before.title:
            return "renamed"
        if self.is_open != before.is_open:
            return "opened" if self.is_open else "closed"
        if self.is_pinned != before.is_pinned:
            return "pinned" if self.is_pinned else "unpinned"
        return None

    def add_to_counters(self, post):
        """Update the counters for a new post. Call only under the row lock; the caller saves."""
        self.last_number = post.number
        self.last_author_id = post.author_id
        self.bumped_at = (
            max(self.bumped_at, post.created_at) if post.number > 1 else post.created_at
        )
        tags.store_activity(self)

    def recompute_activity(self):
        """Recompute last author and activity from the visible posts, after hiding or restoring."""
        shown = self.posts.filter(hidden_at=None)
        last_author = shown.order_by("-number").values_list("author_id", flat=True).first()
        self.last_author_id = last_author or self.author_id
        self.bumped_at = shown.aggregate(at=Max("created_at"))["at"] or self.created_at
        tags.store_activity(self)

    def save_numbers(self):
        """Save what verbs have set under the row lock."""
        Topic.objects.filter(pk=self.pk).update(
            tag_list=self.tag_list,
            last_number=self.last_number,
            last_author_id=self.last_author_id,
            answer_number=self.answer_number,
            has_poll=self.has_poll,
            poll_closes_at=self.poll_closes_at,
            bumped_at=self.bumped_at,
            change=self.change,
            header_change=self.header_change,
            row_change=self.row_change,
        )


def keep_stored_fields(stored, instance, update_fields):
    """Reset the fields outside `update_fields` to their `stored` values, so that all can be saved.

    Does nothing if `update_fields` is None.
    """
    for field in instance._meta.concrete_fields:
        if update_fields is not None and not {field.name, field.attname} & set(update_fields):
            setattr(instance, field.attname, getattr(stored, field.attname))


def count_posts(user_id, by):
    User.objects.filter(pk=user_id).update(posts_count=F("posts_count") + by)
