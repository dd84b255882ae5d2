"""The one Redis client, for the cache, rate limits, events and health: bounded in time, behind one
circuit breaker.

The library is imported when it is first used: most sites have no Redis, and start without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings

from forum.cache import circuit_breaker
from forum.cache.circuit_breaker import Unavailable

if TYPE_CHECKING:
    import redis

T = TypeVar("T")
TIMEOUT = 0.2  # seconds that Redis may take to be reached, and as many for each answer
CONNECTIONS = 16  # at most, for all threads


@cache
def client(address: str) -> redis.Redis:
    """One pool for all threads: a connection made for each command would cost sixty times as
    much.
    """
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    pool = redis.BlockingConnectionPool.from_url(
        address,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
    return redis.Redis(connection_pool=pool)


def attempt(
    call: Callable[[], T], errors: type[BaseException] | None = None, is_probe: bool = False
) -> T:
    """What `call()` returns. Raises Unavailable if Redis fails (RedisError, or `errors`), or did so
    a moment ago.
    """
    if errors is None:
        from redis import RedisError

        errors = RedisError
    return circuit_breaker.redis.attempt(call, errors, is_probe)


def publish(messages: Iterable[tuple[str, bytes]], is_probe: bool = False) -> bool:
    """Publishes (channel, bytes) pairs in one round trip. False if Redis failed, or did so a moment
    ago.

    With `is_probe` it is tried whatever the circuit breaker says, which learns of the outcome.
    """

    def send() -> None:
        with client(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            for channel, data in messages:
                pipe.publish(channel, data)
            pipe.execute()

    try:
        attempt(send, is_probe=is_probe)
    except Unavailable:
        return False
    return True


def ping() -> None:
    """Raises RedisError if Redis does not answer."""
    client(settings.REDIS_URL).ping()
