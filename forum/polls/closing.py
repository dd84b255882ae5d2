"""Closes polls when their time is over, so that open pages show the results.

The forum refuses votes from the very second on, whenever this comes to a poll.
"""

from django.db import transaction
from django.utils import timezone

from forum.jobs import every
from forum.jobs.running import stopping
from forum.models import Post, Topic


@every(seconds=5)
def close_polls():
    due = Topic.objects.filter(poll_closes_at__lte=timezone.now()).order_by("poll_closes_at")
    for topic_id in due.values_list("pk", flat=True)[:100]:
        if stopping.is_set():
            return
        with transaction.atomic():
            Topic.objects.locked(topic_id)
            Post.objects.get(topic=topic_id, number=1).close_poll()
