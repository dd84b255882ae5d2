"""Hands events to the channel layer after commit. Never fails a saved page, never holds it up for long."""

from channels.layers import get_channel_layer
from django.conf import settings

from forum.signals import announced, changed
from realtime import redis_layer
from realtime.hub.hub import running_hub
from realtime.models import Revocation
from realtime.protocol import events, groups, loaders


def listen():
    changed.connect(on_change, dispatch_uid="realtime")
    announced.connect(on_announced, dispatch_uid="realtime.hub.announcements")


def on_change(sender, kind, topic, post, moved_from, **kwargs):
    hub = running_hub()
    if not settings.REDIS_URL and not (hub and hub.pages):
        return  # nobody listens here; pages of another process learn by its sweep
    publish(messages(kind, topic, post.pk if post else None, moved_from))


def on_announced(**kwargs):
    publish([(groups.HUBS, {"type": "announced"})])


def messages(kind, saved, post_id=None, moved_from=None):
    """What each group is to be told of one change: a list of (group, message).

    `saved` is the topic as the change left it, and has its numbers. What is shown is read anew: if newer, it
    comes once more with a later number. The post is read first: never newer than who may see it.
    """
    post = loaders.post(post_id) if post_id else None
    topic = loaders.topic(saved.pk)
    lists = groups.of_lists(topic.category_id, topic.is_private)
    at = {"epoch": saved.epoch, "change": saved.change}
    revocation = Revocation.objects.current()  # read after the commit: all that was taken away before is counted in it

    def deliver(group, event, skip=()):
        text = events.encode(event | at)
        return group, {
            "type": "deliver",
            "group": group,
            "topic": topic.pk,
            "place": topic.category_id,
            "revocation": revocation,
            **at,
            "text": text,
            "skip": list(skip),
        }

    deliveries = []
    if moved_from or topic.category_id != saved.category_id:
        deliveries.append((groups.FENCE, {"type": "fence", "topic": topic.pk}))
    deliveries.append(deliver(groups.of_topic(topic.pk), events.topic_event(kind, topic, post)))
    row = events.row_event(kind, topic)
    deliveries += [deliver(group, row) for group in lists]
    if moved_from:
        left = [group for group in (groups.of_category(moved_from), groups.LATEST) if group not in lists]
        deliveries += [deliver(group, events.gone_event(kind, topic), skip=lists) for group in left]
    everyone = groups.everyone_of(topic.category_id) if topic.is_private else groups.EVERYONE
    deliveries.append(deliver(everyone, events.everyone_event(kind, topic, post)))
    return deliveries


def publish(deliveries):
    """Sends (group, message) pairs in this order to the hubs of all processes; the sweep mends losses."""
    hub = running_hub()
    for _group, message in deliveries:
        if message["type"] == "fence":
            message["by"] = hub.name if hub else ""
            if hub:
                hub.call(hub.fence, message)  # at once, whatever becomes of the layer
    if settings.REDIS_URL and redis_layer.send_to_groups(deliveries):
        return
    if hub:
        hub.run(_deliver_here(hub, deliveries))


async def _deliver_here(hub, deliveries):
    for group, message in deliveries:
        if settings.REDIS_URL:
            await hub.dispatch(message)  # Redis is away: at least the pages of this process
        else:
            await get_channel_layer().group_send(group, message)
