"""Marks notices as seen, on all pages of their member at once."""

from django.db.models import F, Max, Min, Q
from django.utils import timezone

from forum.models import PersonalChange

from .models import Notice
from .storing import KEY, KIND


def mark(notices, member_id):
    """Mark these notices of a member as seen, in a transaction.

    Locks the member before the notices, as telling does, so that the two don't deadlock.
    """
    unseen = notices.filter(member=member_id, seen_at=None)
    merges = set(unseen.values_list("merge", flat=True))
    if not merges:
        return
    PersonalChange.objects.record(member_id, KIND, KEY)
    mine, now = Notice.objects.filter(member=member_id), timezone.now()
    for merge, seen_at in begun(mine.filter(merge__in=merges)):
        mine.filter(merge=merge, seen_at=seen_at).update(seen_at=now)
    unseen.update(seen_at=now)


def begun(notices):
    """[(merge, when its last part was seen)] of what is read bit by bit, and stays one notice."""
    parts = notices.order_by().values("merge")
    parts = parts.annotate(seen=Max("seen_at"), oldest=Min("at", filter=Q(seen_at=None)))
    return parts.filter(seen__gt=F("oldest")).values_list("merge", "seen")


def on_seen(sender, member_id, topic_id, number, **_kwargs):
    """Receives that a member has read a topic up to a post."""
    mark(Notice.objects.filter(topic=topic_id, number__lte=number), member_id)


def on_told(sender, member_id, kind, posts, **_kwargs):
    """Receives that a member has seen what another app told (forum.signals.told)."""
    mark(Notice.objects.filter(kind=kind, post__in=posts), member_id)
