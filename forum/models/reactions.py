"""Reactions: what members say to a post with one of a few signs.

How many of each there are is counted on the post, under its topic's lock, so that a page needs no
query for it. Which are a member's own is told them alone, in the personal stream.
"""

from typing import NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.signals import announce

from .personal_changes import PersonalChange
from .topics import Topic

KIND = "reaction"  # in the personal stream; keys are ids of posts


class Sign(NamedTuple):
    """What one can react with. name: as stored, and of its icon."""

    name: str
    label: Promise

    @property
    def sprite(self):
        """The file of its icon; that of the first one is on each page with posts."""
        return "icons" if self.name == "thumbs-up" else "reactions"


KNOWN = {
    name: Sign(name, label)
    for name, label in {
        "thumbs-up": _("Thumbs up"),
        "heart": _("Heart"),
        "laugh": _("Laugh"),
        "surprised": _("Surprised"),
        "thanks": _("Thanks"),
        "sad": _("Sad"),
        "thumbs-down": _("Thumbs down"),
        "star": _("Star"),
        "eyes": _("Looking at it"),
    }.items()
}


def offered():
    """The signs that members can choose from, as the settings say."""
    return [KNOWN[name] for name in settings.REACTIONS if name in KNOWN]


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def shown(self):
        """Those that pages show: with a sign that is offered, to posts that are not hidden."""
        names = [sign.name for sign in offered()]
        return self.filter(name__in=names, post__hidden_at=None)

    @transaction.atomic
    def choose(self, post, member, name, is_on):
        """Have `member` react with the sign `name`, or no more; False if it was so before.

        `post` must have been read with its topic, under the topic's lock; so must whether `member`
        may react.
        """
        mine = self.filter(post=post, member=member, name=name)
        if is_on == mine.exists():
            return False
        if is_on:
            self.create(post=post, member=member, name=name)
        else:
            mine.delete()
        self._count(post, name, 1 if is_on else -1)
        announce("reacted", post.topic, post, by=member)  # before the member is locked
        PersonalChange.objects.record(member.pk, KIND, post.pk)
        return True

    def _count(self, post, name, by):
        counts = {**post.reactions, name: post.reactions.get(name, 0) + by}
        post.reactions = {name: count for name, count in counts.items() if count}
        post.change = post.topic.take_change(in_lists=False)
        type(post).objects.filter(pk=post.pk).update(reactions=post.reactions, change=post.change)
        post.topic.save_numbers()

    def personal(self, member, posts):
        """For the personal stream: {post id as text: names of the member's own signs}."""
        visible = Topic.objects.visible_to(member).filter(pk=models.OuterRef("post__topic"))
        found = self.filter(models.Exists(visible), member=member, post__in=map(int, posts))
        signs: dict[str, list[str]] = {}
        for post, name in found.order_by("pk").values_list("post", "name"):
            signs.setdefault(str(post), []).append(name)
        return signs


class Joined(models.Aggregate):
    """Texts, joined by spaces."""

    template = "STRING_AGG(%(expressions)s, ' ')"
    output_field = models.TextField()

    def as_sqlite(self, compiler, connection, **context):
        context["template"] = "GROUP_CONCAT(%(expressions)s, ' ')"
        return self.as_sql(compiler, connection, **context)


def with_own_reactions(topics, user, first, last):
    """Annotate each topic with `reacted`, the reactions of `user` to its posts `first` to `last`.

    A text such as "977:heart 977:laugh 980:thanks"; None for guests, and without any.
    """
    if not user.is_authenticated:
        return topics.annotate(reacted=models.Value(None, output_field=models.TextField()))
    first, last = (models.Value(number, models.BigIntegerField()) for number in (first, last))
    found = Reaction.objects.filter(member_id=user.pk, post__topic=models.OuterRef("pk"))
    found = found.filter(post__number__gte=first, post__number__lte=last).order_by()
    one = Concat(Cast("post", models.TextField()), models.Value(":"), "name")
    joined = found.values("post__topic").annotate(joined=Joined(one)).values("joined")
    return topics.annotate(reacted=models.Subquery(joined))


class Reaction(models.Model):
    """One sign of one member at one post."""

    post = models.ForeignKey("forum.Post", models.CASCADE, related_name="given", db_index=False)
    # As the author of a post: who has reacted can be deactivated, but not deleted. Without an index
    # of its own: for the reactions to one page of a topic, PostgreSQL might use it to read all that
    # its reader ever gave.
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(_("reaction"), max_length=20)
    at = models.DateTimeField(default=timezone.now)

    objects = ReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [
            models.UniqueConstraint(fields=["post", "member", "name"], name="one_reaction_per_sign")
        ]

    def __str__(self):
        return f"{self.name} of {self.member_id} at {self.post_id}"

    @property
    def sign(self):
        return KNOWN[self.name]
