"""Records moderation on the site in the admin's log."""

from contextlib import contextmanager

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from forum.models import Topic


@contextmanager
def logged(member, changed, message):
    """Log the change of a topic or post made inside the block, in one transaction with it.

    Nothing is logged if nothing changed, or if members change their own posts or a wiki.
    """
    topic_id = getattr(changed, "topic_id", changed.pk)
    with transaction.atomic():
        before = Topic.objects.locked(topic_id).change
        yield
        happened = Topic.objects.filter(pk=topic_id).exclude(change=before).exists()
        is_own = hasattr(changed, "topic_id") and changed.author_id == member.pk
        if happened and member.is_moderator and not is_own:
            log(member, changed, message)


def log(member, changed, message):
    LogEntry.objects.log_actions(member.pk, [changed], CHANGE, message)
