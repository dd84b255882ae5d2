"""Records moderation on the site in the admin's log."""

from contextlib import contextmanager

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from forum.models import Topic


@contextmanager
def logged(member, changed, message):
    """For a change of a topic or a post by `member`: in one transaction with its entry, if anything
    does change.

    Nobody is logged who changes a post of their own.
    """
    topic_id = getattr(changed, "topic_id", changed.pk)
    with transaction.atomic():
        before = Topic.objects.locked(topic_id).change
        yield
        happened = Topic.objects.filter(pk=topic_id).exclude(change=before).exists()
        if happened and not (hasattr(changed, "topic_id") and changed.author_id == member.pk):
            LogEntry.objects.log_actions(member.pk, [changed], CHANGE, message)
