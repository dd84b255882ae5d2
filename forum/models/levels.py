"""How closely members follow topics, categories, tags and other members.

A topic for which a member has chosen nothing has the level of its category, then that of the parent
category, then the highest of its tags, then NORMAL.
"""

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .personal_changes import PersonalChange
from .users import User

MOST_IGNORED = 500
KIND = "level"  # in the personal stream; keys like topic:12, category:3, tag:5, other:7


class Level(models.IntegerChoices):
    """What a member is told of a topic."""

    MUTED = 0, _("Muted")  # of nothing
    NORMAL = 1, _("Normal")  # of what concerns the member: mentions, replies, quotations
    TRACKING = 2, _("Tracking")  # the same, and how many posts are unread
    WATCHING = 3, _("Watching")  # of each post


class Attention(models.IntegerChoices):
    """What a member is told of what another one does."""

    IGNORED = 0, _("Ignored")  # of nothing, and their posts are folded
    MUTED = 1, _("Muted")  # of nothing
    NORMAL = 2, _("Normal")
    FOLLOWED = 3, _("Followed")  # of each post


class LevelQuerySet(models.QuerySet["ChosenLevel"]):
    @transaction.atomic
    def choose(self, member, about, level):
        """Store the level of `member` for a Topic, Category, Tag or User; None for the usual one.

        For a topic that is stored, too, or the next reply would give it a level of its own again.
        """
        name = self.model.ABOUT
        PersonalChange.objects.record(member.pk, KIND, f"{name}:{about.pk}")
        if name == MemberLevel.ABOUT:
            User.objects.filter(pk=member.pk).update(ignores_version=F("ignores_version") + 1)
        mine = self.filter(member=member, **{name: about})
        if level is None and name != TopicLevel.ABOUT:
            mine.delete()
        elif not mine.update(level=level, is_automatic=False):
            self.create(member=member, **{name: about}, level=level)

    @transaction.atomic
    def set_automatically(self, member_id, about, level):
        """The same, unless there is a level."""
        name = self.model.ABOUT
        if self.filter(member=member_id, **{name: about}).exists():
            return
        PersonalChange.objects.record(member_id, KIND, f"{name}:{about.pk}")
        values = {"member_id": member_id, name: about, "level": level, "is_automatic": True}
        self.bulk_create([self.model(**values)], ignore_conflicts=True)

    def ignored_by(self, member):
        """Ids of members whom `member` ignores, the last MOST_IGNORED."""
        ignored = self.filter(member=member, level=Attention.IGNORED).order_by("-pk")
        return list(ignored.values_list("other", flat=True)[:MOST_IGNORED])

    def chosen_by(self, member, about):
        """The level that `member` has chosen for one of them, or None."""
        name = self.model.ABOUT
        return self.filter(member=member, **{name: about}).values_list("level", flat=True).first()


class ChosenLevel(models.Model):
    """The level of one member; ABOUT names the field of what it is for."""

    ABOUT = ""
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_automatic = models.BooleanField(default=False)  # not chosen, but set after a reply

    objects = LevelQuerySet.as_manager()

    class Meta:
        abstract = True


class TopicLevel(ChosenLevel):
    ABOUT = "topic"
    topic = models.ForeignKey("forum.Topic", models.CASCADE, related_name="levels")
    # None if the member has chosen that of the category, which replies then leave as it is.
    level = models.PositiveSmallIntegerField(choices=Level, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "topic"], name="one_level_per_topic")
        ]
        indexes = [models.Index(fields=["topic", "level", "member"], name="levels_of_topic")]

    def __str__(self):
        return f"{self.member_id}: topic {self.topic_id} {self.get_level_display()}"


class CategoryLevel(ChosenLevel):
    ABOUT = "category"
    category = models.ForeignKey("forum.Category", models.CASCADE, related_name="levels")
    level = models.PositiveSmallIntegerField(choices=Level)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "category"], name="one_level_per_category")
        ]
        indexes = [models.Index(fields=["category", "level", "member"], name="levels_of_category")]

    def __str__(self):
        return f"{self.member_id}: category {self.category_id} {self.get_level_display()}"


class TagLevel(ChosenLevel):
    ABOUT = "tag"
    tag = models.ForeignKey("forum.Tag", models.CASCADE, related_name="levels", db_index=False)
    level = models.PositiveSmallIntegerField(choices=Level)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "tag"], name="one_level_per_tag")]
        indexes = [models.Index(fields=["tag", "level", "member"], name="levels_of_tag")]

    def __str__(self):
        return f"{self.member_id}: tag {self.tag_id} {self.get_level_display()}"


class MemberLevel(ChosenLevel):
    ABOUT = "other"
    other = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="levels")
    level = models.PositiveSmallIntegerField(choices=Attention)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "other"], name="one_level_per_member")
        ]
        indexes = [models.Index(fields=["other", "level", "member"], name="levels_of_member")]

    def __str__(self):
        return f"{self.member_id}: member {self.other_id} {self.get_level_display()}"


MODELS = {model.ABOUT: model for model in (TopicLevel, CategoryLevel, TagLevel, MemberLevel)}


def with_levels(topics, member):
    """Annotate each topic with `level`, that of `member`, as the module says; None for guests."""
    return _with_level(
        topics,
        member,
        (TopicLevel, "topic", "pk"),
        (CategoryLevel, "category", "category"),
        (CategoryLevel, "category", "category__parent"),
        (TagLevel, "tag__tagged__topic", "pk"),
    )


def with_category_levels(categories, member):
    """The same for categories."""
    return _with_level(
        categories,
        member,
        (CategoryLevel, "category", "pk"),
        (CategoryLevel, "category", "parent"),
    )


def with_tag_levels(tags, member):
    """The same for tags."""
    return _with_level(tags, member, (TagLevel, "tag", "pk"))


def with_levels_of_members(rows):
    """Annotate rows of a member and a topic with the `level` that it has for that member."""
    return rows.annotate(
        level=_level(
            OuterRef("member"),
            (TopicLevel, "topic", "topic"),
            (CategoryLevel, "category", "topic__category"),
            (CategoryLevel, "category", "topic__category__parent"),
            (TagLevel, "tag__tagged__topic", "topic"),
        )
    )


def _with_level(queryset, member, *places):
    if not member.is_authenticated:
        return queryset.annotate(level=Value(None, output_field=models.IntegerField()))
    return queryset.annotate(level=_level(member.pk, *places))


def _level(member_id, *places):
    chosen = [_chosen(model, field, of, member_id) for model, field, of in places]
    return Coalesce(*chosen, Value(int(Level.NORMAL)))


def _chosen(model, field, of, member_id):
    chosen = model.objects.filter(member_id=member_id, **{field: OuterRef(of)})
    if model is TagLevel:  # a topic has several
        chosen = chosen.order_by("-level")
    return Subquery(chosen.values("level")[:1])


def states(member, keys):
    """For the personal stream: {key: the level chosen}; keys as above."""
    found = {}
    for name, model in MODELS.items():
        ids = [int(key.split(":")[1]) for key in keys if key.startswith(f"{name}:")]
        chosen = model.objects.filter(member=member, **{f"{name}__in": ids}, level__isnull=False)
        rows = chosen.values_list(name, "level") if ids else ()
        found |= {f"{name}:{pk}": level for pk, level in rows}
    return found
