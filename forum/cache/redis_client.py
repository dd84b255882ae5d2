"""The Redis client for everything that uses Redis, with timeouts and a circuit breaker.

The library is imported on first use, because most sites run without Redis.
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
TIMEOUT = 0.2  # seconds to connect, and as many for each response
CONNECTIONS = 16  # at most, shared by all threads


@cache
def client(address: str) -> redis.Redis:
    """A client with one connection pool for all threads.

    Connecting for each command would cost sixty times as much (measured).
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
    """Return `call()`. Raises Unavailable if Redis fails (RedisError or `errors`) or is skipped."""
    if errors is None:
        from redis import RedisError

        errors = RedisError
    return circuit_breaker.redis.attempt(call, errors, is_probe)


def publish(messages: Iterable[tuple[str, bytes]], is_probe: bool = False) -> bool:
    """Publish (channel, bytes) pairs in one round trip. False if Redis failed or is skipped.

    With `is_probe` it is tried even while the circuit breaker is open, and updates it.
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
