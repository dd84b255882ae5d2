"""Hands events to the channel layer after commit. Never fails a saved page, never holds it up for long."""

import logging
import time
from functools import cache

from channels.layers import get_channel_layer
from django.conf import settings

from forum.changes import changed
from forum.models import Post, Topic

from . import events, groups
from .hub import running_hub

logger = logging.getLogger(__name__)
TIMEOUT = 0.2  # seconds that Redis may take, and
PAUSE = 2.0  # seconds that it is left alone after it failed; the sweep brings what was not sent
_rest_until = 0.0


def listen():
    changed.connect(on_change, dispatch_uid="realtime")


def on_change(sender, kind, topic, post, moved_from, **kwargs):
    if not settings.REDIS_URL and not running_hub():
        return  # nobody listens here; pages of another process learn by its sweep
    publish(messages(kind, topic.pk, post.pk if post else None, moved_from))


def messages(kind, topic_id, post_id=None, moved_from=None):
    """What each group is to be told of one change: a list of (group, message)."""
    topic = Topic.objects.for_display().get(pk=topic_id)
    post = Post.objects.for_display().get(pk=post_id) if post_id else None
    private = groups.is_private(topic.category_id)
    told = []
    if moved_from:
        told.append((groups.FENCE, {"type": "fence", "topic": topic_id}))
        gone = events.encode(events.gone_event(kind, topic))
        told += [(group, deliver(group, topic, gone)) for group in (groups.of_category(moved_from), groups.LATEST)]
    group = groups.of_topic(topic_id)
    told.append((group, deliver(group, topic, events.encode(events.topic_event(kind, topic, post)))))
    row = events.encode(events.row_event(kind, topic))
    lists = [groups.of_category(topic.category_id), *([] if private else [groups.LATEST])]
    told += [(group, deliver(group, topic, row)) for group in lists]
    group = groups.everyone_of(topic.category_id) if private else groups.EVERYONE
    told.append((group, deliver(group, topic, events.encode(events.everyone_event(kind, topic, post)))))
    return told


def deliver(group, topic, text):
    return {
        "type": "deliver",
        "group": group,
        "topic": topic.pk,
        "epoch": topic.epoch,
        "change": topic.change,
        "text": text,
    }


def publish(told):
    """Sends (group, message) pairs in this order to the hubs of all processes; the sweep mends what gets lost."""
    if settings.REDIS_URL:
        _publish_to_redis(told)
    elif hub := running_hub():
        hub.call(_publish_in_memory(told))


async def _publish_in_memory(told):
    layer = get_channel_layer()
    for group, message in told:
        await layer.group_send(group, message)


def _publish_to_redis(told):
    global _rest_until
    if time.monotonic() < _rest_until:
        return
    try:
        pipe = _redis().pipeline(transaction=False)
        layer = get_channel_layer()
        for group, message in told:
            pipe.publish(f"asgi__group__{group}", layer.serialize(message))  # as the pub/sub layer names groups
        pipe.execute()
    except Exception as error:  # noqa: BLE001 - whatever it is, the post is saved and the sweep will tell
        _rest_until = time.monotonic() + PAUSE
        logger.warning("Redis did not take an event (%s); open pages learn by the sweep.", error)


@cache
def _redis():
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0)
    )
