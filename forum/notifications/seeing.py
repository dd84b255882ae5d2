"""Marks notices as seen, on all pages of their member at once."""

from django.utils import timezone

from forum.models import PersonalChange

from .models import Notice
from .storing import KEY, KIND


def mark(notices, member_id):
    """Mark these notices of a member as seen, in a transaction.

    Locks the member before the notices, as telling does, so that the two don't deadlock.
    """
    unseen = notices.filter(member=member_id, seen_at=None)
    if unseen.exists():
        PersonalChange.objects.record(member_id, KIND, KEY)
        unseen.update(seen_at=timezone.now())


def on_seen(sender, member_id, topic_id, number, **_kwargs):
    """Receives that a member has read a topic up to a post."""
    mark(Notice.objects.filter(topic=topic_id, number__lte=number), member_id)


def on_told(sender, member_id, kind, posts, **_kwargs):
    """Receives that a member has seen what another app told (forum.signals.told)."""
    mark(Notice.objects.filter(kind=kind, post__in=posts), member_id)
