import secrets
from datetime import UTC

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.db.prepared import Prepared
from forum.signals import announce
from forum.text import slugs
from forum.text.short_text import validate_short_text

from .categories import Category
from .editions import with_edition
from .users import User, name_version_of

TITLE_LENGTH = 200


def slug_of(title):
    return slugs.slug_of(title, 80) or "topic"


def list_key(bumped_at, pk):
    """Where a topic stands in a list by activity; sorts as text."""
    return f"{bumped_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{pk}"


def new_epoch():
    return secrets.token_hex(4)


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, user):
        return self.filter(category__in=Category.objects.visible_to(user))

    def for_display(self):
        return with_edition(self.select_related("category", "author", "last_author"))

    def in_order(self):
        return self.order_by("-bumped_at", "-pk")

    def pinned(self):
        return self.filter(pinned_at__isnull=False).order_by("-pinned_at", "-pk")

    def before(self, bumped_at, pk):
        """Those below a topic with this key in a list by activity."""
        from_there = self.filter(bumped_at__lte=bumped_at)  # a plain range first, for the index
        return from_there.filter(Q(bumped_at__lt=bumped_at) | Q(pk__lt=pk))

    def after(self, bumped_at, pk):
        """Those above it."""
        from_there = self.filter(bumped_at__gte=bumped_at)
        return from_there.filter(Q(bumped_at__gt=bumped_at) | Q(pk__gt=pk))

    def locked(self, pk):
        """The topic, with its row locked until the transaction ends: whoever takes numbers waits
        here.
        """
        for topic in LOCKED.instances(AnonymousUser(), pk):
            return topic
        raise Topic.DoesNotExist


def with_row_names(topics):
    """Gives each topic `names`, which is its `row_names`. With joins SQLite might begin with the
    members.
    """
    return topics.annotate(names=name_version_of("author") + name_version_of("last_author"))


def locked(nobody, pk):
    return Topic.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk)


LOCKED = Prepared(locked)


class Topic(models.Model):
    """Posts under a title. Its numbers are given under its row lock, so their order is the order of
    commits.

    `change` rises by one with every change that a reader can see; `header_change` keeps the last
    one that touched what stands above the posts; `epoch` changes when numbers can't be trusted any
    more.
    """

    edition: str  # of topics that come from `for_display`

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

    last_number = models.PositiveIntegerField(_("posts"), default=0, editable=False)
    last_author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )
    bumped_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    epoch = models.CharField(max_length=16, default=new_epoch, editable=False)
    change = models.PositiveIntegerField(default=0, editable=False)
    header_change = models.PositiveIntegerField(default=0, editable=False)

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
    def replies(self):
        return max(self.last_number - 1, 0)

    @property
    def row_names(self):
        """Another number after a member is renamed who stands in its row; for queries there is
        `with_row_names`.
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
            return self.is_writable  # it was found for this user: see forum/pages/topics.py
        return Category.objects.writable_by(user).filter(pk=self.category_id).exists()

    # --- Verbs ---

    @classmethod
    @transaction.atomic
    def start(cls, author, category, title, body, token=None, digest=""):
        """A new topic with its first post."""
        topic = cls(author=author, category=category, title=title)
        topic.save()
        topic.reply(author, body, token, digest)
        return topic

    def reply(self, author, body, token=None, digest=""):
        """A new post at the end. Raises IntegrityError when `author` has posted with this token and
        digest before.
        """
        from .posts import Post

        post = Post(
            topic=self,
            author=author,
            body=body,
            digest=digest,
            **({"token": token} if token else {}),
        )
        post.save()
        self._take_numbers_from(post.topic)
        return post

    def rename(self, title):
        self._set(title=title)

    def close(self):
        self._mark("closed_at")

    def open(self):
        self._set(closed_at=None)

    def pin(self):
        self._mark("pinned_at")

    def unpin(self):
        self._set(pinned_at=None)

    def move(self, category):
        self._set(category=category)

    def _set(self, **values):
        """On the row as it stands now: what somebody else changed meanwhile stays."""
        with transaction.atomic():
            topic = Topic.objects.locked(self.pk)
            for field, value in values.items():
                setattr(topic, field, value)
            topic.save()
        self.refresh_from_db()

    def _mark(self, field):
        """Since when; doing it again keeps the first moment."""
        with transaction.atomic():
            if getattr(Topic.objects.locked(self.pk), field) is None:
                self._set(**{field: timezone.now()})
        self.refresh_from_db()

    # --- Saving ---

    def save(self, *args, update_fields=None, **kwargs):
        """Saves what people may set. Counters and numbers are the database's own and only move
        under the lock.
        """
        if self._state.adding:
            self.slug = slug_of(self.title)
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            before = Topic.objects.locked(self.pk)
            take_others_from(before, self, update_fields)
            self._take_numbers_from(before)
            self.slug = slug_of(self.title)
            kind = self._kind_of_change(before)
            if kind:
                self.take_change()
                self.header_change = self.change
            super().save(*args, **kwargs)
            if kind:
                announce(kind, self, moved_from=before.category_id if kind == "moved" else None)

    def take_change(self):
        """The next change number. Only under the row lock."""
        self.change += 1
        return self.change

    def _take_numbers_from(self, row):
        for field in (
            "last_number",
            "last_author_id",
            "bumped_at",
            "epoch",
            "change",
            "header_change",
        ):
            setattr(self, field, getattr(row, field))

    def _kind_of_change(self, before):
        """What a reader would call the difference; a move weighs most, since it may close the topic
        to some.
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

    def count_in(self, post):
        """Take a new post into the counters. Only under the row lock; the caller saves."""
        self.last_number = post.number
        self.last_author_id = post.author_id
        self.bumped_at = (
            max(self.bumped_at, post.created_at) if post.number > 1 else post.created_at
        )

    def look_again(self):
        """Last author and activity from the posts that still show, after one was hidden or
        restored.
        """
        shown = self.posts.filter(hidden_at=None)
        last_author = shown.order_by("-number").values_list("author_id", flat=True).first()
        self.last_author_id = last_author or self.author_id
        self.bumped_at = shown.aggregate(at=Max("created_at"))["at"] or self.created_at

    def save_numbers(self):
        """Writes what `take_change`, `count_in` and `look_again` have set."""
        Topic.objects.filter(pk=self.pk).update(
            last_number=self.last_number,
            last_author_id=self.last_author_id,
            bumped_at=self.bumped_at,
            change=self.change,
        )


def take_others_from(row, instance, named):
    """For `save(update_fields=named)`: the other fields as the database has them, so that all can
    be saved at once.
    """
    for field in instance._meta.concrete_fields:
        if named is not None and not {field.name, field.attname} & set(named):
            setattr(instance, field.attname, getattr(row, field.attname))


def count_posts(user_id, by):
    User.objects.filter(pk=user_id).update(posts_count=F("posts_count") + by)
