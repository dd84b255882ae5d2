"""Tags: words that members choose for their topics, beside the category.

A tag has one row for each of its names, so that a synonym or a former name leads to it. Which tags
a topic has is stored twice: in rows, which lists of a tag read in the order of activity, and in
`Topic.tag_list`, from which pages show them without a query. Both change under the topic's lock.
"""

import re
from typing import NamedTuple
from unicodedata import normalize

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest
from django.db.models.signals import m2m_changed, pre_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forum.signals import tag_changed
from forum.text.short_text import one_line, validate_label
from forum.text.slugs import slug_of, validate_slug

from .categories import Category, protect
from .editions import Edition

NAME_LENGTH = 40
SLUG_LENGTH = 50
BLANKS = re.compile(r"[\s_-]+")
SEPARATORS = re.compile(r"[,;\"“”„«»]")
TAKEN = _("There is a tag with the name or synonym “%(name)s” already.")


def key_of(name):
    """A form of a name for lookups, which ignores case, blanks and a # before it."""
    if len(name) > 4 * NAME_LENGTH:
        return ""
    return BLANKS.sub("-", normalize("NFKC", name).casefold().strip().lstrip("#")).strip("-")


def validate_tag_name(name):
    validate_label(name)
    if SEPARATORS.search(name):
        raise ValidationError(_("Leave out commas, semicolons and quotation marks."))
    if not key_of(name):
        raise ValidationError(_("Use at least one letter, digit or sign besides # and -."))


def check_name(name):
    """The same for what no form has checked."""
    validate_tag_name(name)
    if len(name) > NAME_LENGTH:
        raise ValidationError(
            _("“%(name)s…” is too long for a tag: use at most %(most)d characters."),
            params={"name": name[:20], "most": NAME_LENGTH},
        )


class TagLink(NamedTuple):
    """A tag as pages show it with a topic, and as `Topic.tag_list` stores it."""

    pk: int
    slug: str
    name: str

    def get_absolute_url(self):
        return reverse("tag", args=[self.slug])


class TagQuerySet(models.QuerySet["Tag"]):
    def visible_to(self, user):
        """Those that a topic which `user` may see has or could have."""
        readable = Category.objects.visible_to(user)
        limits = Tag.categories.through.objects.filter(tag=OuterRef("pk"))
        used = TagCount.objects.filter(tag=OuterRef("pk"), topics__gt=0, category__in=readable)
        is_open = ~Exists(limits) | Exists(limits.filter(category__in=readable))
        return self.filter(is_open | Exists(used), merged_into=None)

    def usable_by(self, user, category):
        """Those that `user`, a member, may give to a topic in this Category."""
        limits = Tag.categories.through.objects.filter(tag=OuterRef("pk"))
        here = limits.filter(category__in=[category.pk, category.parent_id or category.pk])
        found = self.filter(~Exists(limits) | Exists(here), merged_into=None)
        if user.is_superuser:
            return found
        groups = Tag.groups.through.objects.filter(tag=OuterRef("pk"))
        return found.filter(~Exists(groups) | Exists(groups.filter(group__user=user.pk)))

    def named(self, names):
        """{name as given: Tag} of those that have one of these names or synonyms."""
        keys = {name: key_of(name) for name in names}
        rows = TagName.objects.filter(key__in=set(keys.values()), tag__in=self)
        found = {row.key: row.tag for row in rows.select_related("tag")}
        return {name: found[key] for name, key in keys.items() if key in found}

    def get_or_make(self, name):
        """The tag of this name, made now if there is none."""
        try:
            return Tag.make(name)
        except ValidationError:
            return Tag.objects.named([name])[name]

    def with_counts(self, user):
        """Annotate each with `topics`, the number of topics with it that `user` may see."""
        readable = Category.objects.visible_to(user)
        seen = TagCount.objects.filter(tag=OuterRef("pk"), category__in=readable)
        number = seen.values("tag").annotate(number=Sum("topics")).values("number")
        return self.annotate(topics=Coalesce(Subquery(number), 0))

    def in_order(self):
        return self.order_by("key")

    def locked(self, ids):
        """{id: Tag}, locked in one order; of a merged one the tag that it was merged into."""
        targets = Tag.objects.filter(pk__in=ids, merged_into__isnull=False).values("merged_into")
        rows = self.filter(Q(pk__in=ids) | Q(pk__in=targets)).order_by("pk")
        found = {tag.pk: tag for tag in rows.select_for_update(no_key=True, of=("self",))}
        merged = {tag.merged_into_id for tag in found.values() if tag.merged_into_id}
        if others := merged - set(found):
            found |= self.locked(others)
        return {pk: found[found[pk].merged_into_id or pk] for pk in ids if pk in found}


class Tag(models.Model):
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[validate_tag_name])
    key = models.CharField(max_length=4 * NAME_LENGTH, editable=False)
    slug = models.CharField(max_length=SLUG_LENGTH, editable=False)
    description = models.CharField(
        _("description"), max_length=300, blank=True, validators=[validate_label]
    )
    groups = models.ManyToManyField(
        Group,
        blank=True,
        related_name="usable_tags",
        verbose_name=_("groups"),
        help_text=_("Only these groups can use it. Leave empty for every member."),
    )
    categories = models.ManyToManyField(
        Category,
        blank=True,
        related_name="own_tags",
        verbose_name=_("categories"),
        help_text=_(
            "Only for topics in these categories and their subcategories. Leave empty for all."
        ),
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, editable=False)
    # The id of the topic up to which a worker has shown a change of this tag; None at the end.
    shown_to = models.BigIntegerField(null=True, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["key"]
        indexes = [
            models.Index(fields=["id"], name="tags_to_show", condition=Q(shown_to__isnull=False))
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("tag", args=[self.slug])

    @property
    def link(self):
        return TagLink(self.pk, self.slug, self.name)

    @property
    def list_name(self):
        """The name of its topic list in pages and socket messages."""
        return f"tag:{self.pk}"

    @property
    def synonyms(self):
        """Its other names, also former ones."""
        return list(self.names.exclude(key=self.key).order_by("key"))

    # --- Verbs ---

    @classmethod
    @transaction.atomic
    def make(cls, name, description="", synonyms=()):
        """Raises ValidationError if one of the names is taken."""
        tag = cls(name=name, description=description)
        tag.save()
        tag.call(synonyms)
        return tag

    @transaction.atomic
    def call(self, synonyms):
        """Have these synonyms, and no others. Raises ValidationError."""
        wanted = {key_of(name): one_line(name) for name in synonyms} | {self.key: self.name}
        self.names.exclude(key__in=wanted).delete()
        there = set(self.names.values_list("key", flat=True))
        for key, name in wanted.items():
            if key not in there:
                TagName.objects.add(self, name)
        Edition.objects.bump()

    @transaction.atomic
    def merge_into(self, other):
        """Have its topics get `other` instead, which gets its names as synonyms, and be no more.

        A worker goes through the topics.
        """
        tags = Tag.objects.select_for_update().filter(pk__in=[self.pk, other.pk]).order_by("pk")
        if len(tags) < 2 or any(tag.merged_into_id for tag in tags):
            raise ValidationError(_("One of these tags has just been merged."))
        self.names.update(tag=other)
        Tag.objects.filter(merged_into=self).update(merged_into=other)
        self.merged_into, self.shown_to = other, 0
        Tag.objects.filter(pk=self.pk).update(merged_into=other, shown_to=0)
        Edition.objects.bump()
        tag_changed.send(Tag, tag=self)

    @transaction.atomic
    def save(self, *args, **kwargs):
        """Save it; a new name leaves the former one as a synonym. Raises ValidationError."""
        self.name = one_line(self.name)
        self.key = key_of(self.name)
        before = Tag.objects.select_for_update().filter(pk=self.pk).first() if self.pk else None
        other = TagName.objects.filter(key=self.key).exclude(tag=self.pk).exists()
        if not self.key or other:
            raise taken(self.name)
        is_renamed = before is not None and before.name != self.name
        if before is None or before.key != self.key:
            self.slug = self._slug()
        if is_renamed:
            self.shown_to = 0
        super().save(*args, **kwargs)
        self.names.filter(key=self.key).update(name=self.name)
        if not self.names.filter(key=self.key).exists():
            TagName.objects.add(self, self.name, self.slug)
        Edition.objects.bump()
        if is_renamed:
            tag_changed.send(Tag, tag=self)

    def _slug(self):
        own = TagName.objects.filter(tag=self.pk, key=self.key).first()
        return own.slug if own else free_slug(self.name)


class TagNameQuerySet(models.QuerySet["TagName"]):
    def add(self, tag, name, slug=""):
        """Raises ValidationError if another tag has it."""
        check_name(name)
        try:
            with transaction.atomic():
                self.create(tag=tag, name=name, key=key_of(name), slug=slug or free_slug(name))
        except IntegrityError as error:
            raise taken(name) from error


class TagName(models.Model):
    """A name, synonym or former name of a tag. Each has an address that leads to the tag."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="names")
    name = models.CharField(max_length=NAME_LENGTH, validators=[validate_tag_name])
    key = models.CharField(max_length=4 * NAME_LENGTH, unique=True)
    slug = models.CharField(max_length=SLUG_LENGTH, unique=True, validators=[validate_slug])

    objects = TagNameQuerySet.as_manager()

    def __str__(self):
        return self.name


def taken(name):
    return ValidationError({"name": ValidationError(TAKEN, "taken", {"name": name})})


def free_slug(name):
    base = slug_of(name, SLUG_LENGTH - 6) or "tag"
    used = set(TagName.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{n}" for n in range(2, len(used) + 3))
    return next(slug for slug in (base, *numbered) if slug not in used)


class TopicTag(models.Model):
    """A tag of a topic. `bumped_at` is the topic's own, so that an index has lists of a tag."""

    topic = models.ForeignKey("forum.Topic", models.CASCADE, related_name="tagged")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="tagged", db_index=False)
    bumped_at = models.DateTimeField()

    objects = models.Manager["TopicTag"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "topic"], name="each_tag_once_per_topic")
        ]
        indexes = [models.Index(fields=["tag", "-bumped_at", "-topic"], name="topics_of_tag")]

    def __str__(self):
        return f"{self.tag_id} of {self.topic_id}"


class TagCount(models.Model):
    """How many topics of a category have a tag: readers are told the sum of what they may see."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="counts", db_index=False)
    category = models.ForeignKey(Category, models.CASCADE, related_name="+")
    topics = models.PositiveIntegerField(default=0)

    objects = models.Manager["TagCount"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "category"], name="one_count_per_category")
        ]

    def __str__(self):
        return f"{self.topics} topics with {self.tag_id} in {self.category_id}"


# --- The tags of topics. To be called under the topic's lock, or before others can see it ---


def store(topic, ids):
    """Give a stored topic the tags with these ids instead of those it has; returns its `tag_list`.

    Locks the tags, so a change of one of them either is seen here, or finds the topic.
    """
    former = set(topic.tagged.values_list("tag", flat=True))
    locked = Tag.objects.locked(former | set(ids))
    present = {locked[pk].pk: locked[pk] for pk in ids if pk in locked}
    gone, new = former - set(present), set(present) - former
    if gone:
        topic.tagged.filter(tag__in=gone).delete()
        count(gone, topic.category_id, -1)
    if new:
        TopicTag.objects.bulk_create(
            TopicTag(topic=topic, tag_id=pk, bumped_at=topic.bumped_at) for pk in sorted(new)
        )
        count(new, topic.category_id, 1)
    return [list(tag.link) for tag in sorted(present.values(), key=lambda tag: tag.key)]


def store_move(topic, category_id):
    """The topic has left the category with this id."""
    ids = [link.pk for link in topic.tags]
    if ids:
        Tag.objects.locked(ids)
        count(ids, category_id, -1)
        count(ids, topic.category_id, 1)


def store_activity(topic):
    if topic.tag_list:
        topic.tagged.update(bumped_at=topic.bumped_at)


def count(ids, category_id, by):
    """The tags must be locked."""
    counts = TagCount.objects.filter(tag__in=ids, category=category_id)
    if counts.update(topics=Greatest(F("topics") + by, 0)) < len(ids) and by > 0:
        there = set(counts.values_list("tag", flat=True))
        TagCount.objects.bulk_create(
            TagCount(tag_id=pk, category_id=category_id, topics=by)
            for pk in sorted(set(ids) - there)
        )


@receiver(pre_delete, sender=Group, dispatch_uid="protect_group_of_tag")
def protect_group_of_tag(sender, instance, **kwargs):
    """Refuse to delete a group that may use a tag: without groups everybody may."""
    protect(Tag.objects.filter(groups=instance), _("First remove this group from its tags."))


@receiver(m2m_changed, sender=Tag.categories.through, dispatch_uid="edition_of_tags")
def bump_edition(sender, **kwargs):
    """The sidebar leads to the tags of those who may see any."""
    Edition.objects.bump()
