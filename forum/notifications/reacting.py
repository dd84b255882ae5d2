"""Tells authors who has reacted to their posts, a moment later, so that many are told at once.

A post has one Event at most. A worker then makes the notices those of the members who react by now:
new ones are told, and notices of members who have changed their minds are withdrawn.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from forum.models import Attention, Level, MemberLevel, Reaction, Topic
from forum.models.levels import with_levels

from . import kinds, preferences, storing, ways
from .models import Event, Notice

KIND = "reacted"  # of the Event
PAUSE = timedelta(seconds=5)
LATELY = timedelta(days=1)  # what is older was told before, and its notice may have been deleted


def expect(post):
    """To be called in the transaction in which somebody reacts, or no longer does.

    Before anything that locks members: a worker locks the Event, then its member.
    """
    waiting = Event.objects.waiting().filter(kind=KIND, post=post)
    if not waiting.update(kind=KIND):  # waits for a worker that has taken it, which may delete it
        Event.objects.create(
            kind=KIND, topic_id=post.topic_id, post=post, due_at=timezone.now() + PAUSE
        )


def tell(post):
    """Bring the notices of the post's author up to date, in a transaction."""
    author, kind = post.author, kinds.reactions.KIND
    notices = Notice.objects.filter(member=author, kind=kind.name, post=post)
    reacting = Reaction.objects.filter(post=post, member=OuterRef("by"))
    gone = notices.exclude(Exists(reacting))
    new = new_members(post, notices)
    if not new and not gone.exists():
        return
    storing.lock([author.pk], [author.pk])
    storing.withdraw(gone)
    chosen = preferences.of([author.pk])
    on_page = preferences.ways(chosen[author.pk], kind).page
    made = [notice(post, by, kind, on_page) for by in new]
    Notice.objects.bulk_create(made)
    ways.send(made, chosen)


def new_members(post, notices):
    """Ids of those who react lately, whom the author has not been told of and does not mute."""
    if not is_wanted(post.author, post.topic_id):
        return []
    given = Reaction.objects.shown().filter(post=post, at__gt=timezone.now() - LATELY)
    given = given.exclude(Exists(notices.filter(by=OuterRef("member"))))
    muted = MemberLevel.objects.filter(member=post.author, level__lte=Attention.MUTED)
    given = given.filter(member__is_active=True).exclude(
        Exists(muted.filter(other=OuterRef("member")))
    )
    return list(given.order_by("member").values_list("member", flat=True).distinct())


def is_wanted(author, topic_id):
    """Whether `author` is active, may see the topic and has not muted it."""
    if not author.is_active or author.is_placeholder:
        return False
    topics = with_levels(Topic.objects.visible_to(author).filter(pk=topic_id), author)
    return any(level != Level.MUTED for level in topics.values_list("level", flat=True))


def notice(post, by, kind, on_page):
    made = Notice(
        member_id=post.author_id,
        kind=kind.name,
        event=f"reaction:{post.pk}:{by}",
        topic_id=post.topic_id,
        post=post,
        by_id=by,
        on_page=on_page,
    )
    made.merge = kind.merge(made)
    return made
