"""To Redis from any thread: bounded in time, and left alone for a while after it failed."""

import logging
import time
from functools import cache

from channels.layers import get_channel_layer
from django.conf import settings

from realtime import metrics

logger = logging.getLogger(__name__)
TIMEOUT = 0.1  # seconds that Redis may take to be reached, and as many to answer
PAUSE = 3.0  # seconds that it is left alone after it failed; the sweep brings what was not sent
_rest_until = 0.0


def tell_groups(told):
    """Publishes (group, message) pairs; False when Redis failed, or did so a moment ago."""
    if time.monotonic() < _rest_until:
        return False
    prefix = settings.CHANNEL_LAYERS["default"].get("CONFIG", {}).get("prefix", "asgi")
    return send([(f"{prefix}__group__{group}", message) for group, message in told])


def send(told):
    """Publishes (name in Redis, message) pairs as the pub/sub layer would; False when Redis failed."""
    global _rest_until
    try:
        layer = get_channel_layer()
        with _redis(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            for name, message in told:
                pipe.publish(name, layer.serialize(message))
            pipe.execute()
    except Exception as error:  # noqa: BLE001 - whatever it is, the post is saved and the sweep will tell
        if time.monotonic() > _rest_until + PAUSE:
            logger.warning("Redis did not take an event (%s); open pages learn by the sweep.", error)
        _rest_until = time.monotonic() + PAUSE
        metrics.UNPUBLISHED.inc(len(told))
        return False
    _rest_until = 0.0
    return True


@cache
def _redis(address):
    """One small pool for all threads: a connection made for each event would cost sixty times as much."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    pool = redis.BlockingConnectionPool.from_url(
        address,
        max_connections=16,
        timeout=TIMEOUT,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
    return redis.Redis(connection_pool=pool)
