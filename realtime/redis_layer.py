"""Publishes to the channel layer's groups through Redis, from any thread, without an event loop."""

from channels.layers import get_channel_layer
from django.conf import settings

from forum.cache import redis_client
from realtime import metrics


def send_to_groups(messages):
    """Publishes (group, message dict) pairs in this order; returns False if Redis is away."""
    prefix = settings.CHANNEL_LAYERS["default"].get("CONFIG", {}).get("prefix", "asgi")
    sent = redis_client.publish(
        [(f"{prefix}__group__{group}", _encoded(message)) for group, message in messages]
    )
    if not sent:
        metrics.UNPUBLISHED.inc(len(messages))
    return sent


def probe(channel, message):
    """Whether Redis accepts a message for this channel; tries even if the circuit is open."""
    return redis_client.publish([(channel, _encoded(message))], is_probe=True)


def _encoded(message):
    return get_channel_layer().serialize(message)
