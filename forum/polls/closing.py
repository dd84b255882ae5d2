"""Closes polls when their time is over, so that open pages show the results.

The forum refuses votes from the very second on, whenever this comes to a poll.
"""

import logging

from django.db import transaction
from django.utils import timezone

from forum.db.outages import is_outage
from forum.jobs import every
from forum.jobs.running import stopping
from forum.models import Post, Topic

logger = logging.getLogger(__name__)


@every(seconds=5)
def close_polls():
    due = Topic.objects.filter(poll_closes_at__lte=timezone.now()).order_by("poll_closes_at")
    for topic_id in due.values_list("pk", flat=True)[:100]:
        if stopping.is_set():
            return
        try:
            close(topic_id)
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("The poll of topic %s could not be closed.", topic_id)


def close(topic_id):
    with transaction.atomic():
        Topic.objects.locked(topic_id)
        Post.objects.get(topic=topic_id, number=1).close_poll()
