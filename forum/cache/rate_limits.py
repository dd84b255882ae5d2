"""Rate limits per member or address, counted in Redis, or in this process while Redis is away."""

import time
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from django.conf import settings
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter

from forum.cache import redis_client
from forum.cache.circuit_breaker import Unavailable

T = TypeVar("T")
REMEMBERED = parse("1/hour")
_once = Lock()  # repetitions of a form arrive concurrently
_local = SlidingWindowCounterRateLimiter(MemoryStorage())
_shared = _local
if settings.REDIS_URL:
    _pool = redis_client.client(settings.REDIS_URL).connection_pool
    _shared = SlidingWindowCounterRateLimiter(
        storage_from_string(
            settings.REDIS_URL,
            wrap_exceptions=True,
            connection_pool=_pool,  # type: ignore[arg-type]  # passed on to the storage
        )
    )


def seconds_to_wait(what: str, who: object, count: bool = True) -> int:
    """Count one action, and return 0 if it is allowed now, or else the seconds to wait.

    `what` is a name in settings.RATES, `who` an id or address. With `count=False` it only checks.
    """
    return _in_redis_or_here(_count if count else _look, what, who)


def seconds_to_wait_once(what: str, who: object, mark: str) -> int:
    """Like `seconds_to_wait`, but admits an action with the same `mark` again without counting."""
    with _once:
        if _in_redis_or_here(_was_admitted, what, who, mark):
            return 0
        wait = seconds_to_wait(what, who)
        if not wait:
            _in_redis_or_here(_admit, what, who, mark)
        return wait


def clear(what: str, who: object) -> None:
    """Reset the count of `what` for `who`."""
    _in_redis_or_here(_clear, what, who)


def _in_redis_or_here(act: Callable[..., T], *about: object) -> T:
    try:
        return redis_client.attempt(lambda: act(_shared, *about), StorageError)
    except Unavailable:
        return act(_local, *about)


def reset() -> None:
    """Reset all counts."""
    for limiter in {_local, _shared}:
        limiter.storage.reset()


def _count(limiter: RateLimiter, what: str, who: object) -> int:
    rate = parse(settings.RATES[what])
    return 0 if limiter.hit(rate, what, str(who)) else _seconds(limiter, rate, what, who)


def _look(limiter: RateLimiter, what: str, who: object) -> int:
    rate = parse(settings.RATES[what])
    return 0 if limiter.test(rate, what, str(who)) else _seconds(limiter, rate, what, who)


def _was_admitted(limiter: RateLimiter, what: str, who: object, mark: str) -> bool:
    return not limiter.test(REMEMBERED, what, str(who), mark)


def _admit(limiter: RateLimiter, what: str, who: object, mark: str) -> None:
    limiter.hit(REMEMBERED, what, str(who), mark)


def _clear(limiter: RateLimiter, what: str, who: object) -> None:
    limiter.clear(parse(settings.RATES[what]), what, str(who))


def _seconds(limiter: RateLimiter, rate: RateLimitItem, what: str, who: object) -> int:
    return max(1, round(limiter.get_window_stats(rate, what, str(who)).reset_time - time.time()))
