"""Publishes to the channel layer through Redis, from any thread, without Channels' event loop."""

from channels.layers import get_channel_layer
from django.conf import settings

from forum.cache import redis_client
from realtime import metrics


def send_to_groups(messages):
    """Publishes (group, message) pairs in this order; False if Redis is away."""
    prefix = settings.CHANNEL_LAYERS["default"].get("CONFIG", {}).get("prefix", "asgi")
    sent = redis_client.publish(
        [(f"{prefix}__group__{group}", _encoded(message)) for group, message in messages]
    )
    if not sent:
        metrics.UNPUBLISHED.inc(len(messages))
    return sent


def probe(channel, message):
    """Whether Redis takes a message for this channel, also right after it has failed."""
    return redis_client.publish([(channel, _encoded(message))], is_probe=True)


def _encoded(message):
    return get_channel_layer().serialize(message)
