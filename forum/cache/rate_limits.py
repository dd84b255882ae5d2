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
SWEEP = 10.0  # seconds between two looks for expired counts


class Counts(MemoryStorage):
    """Looks for expired counts now and then; the base class starts a thread for nearly each count.

    A count that has expired is not used in between.
    """

    _swept_at = 0.0

    def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802 - overrides a private method
        now = time.monotonic()
        if now - self._swept_at >= SWEEP:
            self._swept_at = now
            super()._MemoryStorage__schedule_expiry()  # type: ignore[misc]  # it has that name


_once = Lock()  # repetitions of a form arrive concurrently
_local = SlidingWindowCounterRateLimiter(Counts())
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


def seconds_to_wait(rate: str, subject: object, count: bool = True) -> int:
    """Count one action, and return 0 if it is allowed now, or else the seconds to wait.

    `rate` is a key of settings.RATES, `subject` an id or address. `count=False` only checks.
    """
    return _in_redis_or_here(_count if count else _check, rate, subject)


def seconds_to_wait_once(rate: str, subject: object, mark: str) -> int:
    """Like `seconds_to_wait`, but admits an action with the same `mark` again without counting."""
    with _once:
        if _in_redis_or_here(_was_admitted, rate, subject, mark):
            return 0
        wait = seconds_to_wait(rate, subject)
        if not wait:
            _in_redis_or_here(_admit, rate, subject, mark)
        return wait


def clear(rate: str, subject: object) -> None:
    """Reset the count of `rate` for `subject`."""
    _in_redis_or_here(_clear, rate, subject)


def _in_redis_or_here(function: Callable[..., T], *arguments: object) -> T:
    try:
        return redis_client.attempt(lambda: function(_shared, *arguments), StorageError)
    except Unavailable:
        return function(_local, *arguments)


def reset() -> None:
    """Reset all counts."""
    for limiter in {_local, _shared}:
        limiter.storage.reset()


def _count(limiter: RateLimiter, rate: str, subject: object) -> int:
    limit = parse(settings.RATES[rate])
    return 0 if limiter.hit(limit, rate, str(subject)) else _seconds(limiter, limit, rate, subject)


def _check(limiter: RateLimiter, rate: str, subject: object) -> int:
    limit = parse(settings.RATES[rate])
    return 0 if limiter.test(limit, rate, str(subject)) else _seconds(limiter, limit, rate, subject)


def _was_admitted(limiter: RateLimiter, rate: str, subject: object, mark: str) -> bool:
    return not limiter.test(REMEMBERED, rate, str(subject), mark)


def _admit(limiter: RateLimiter, rate: str, subject: object, mark: str) -> None:
    limiter.hit(REMEMBERED, rate, str(subject), mark)


def _clear(limiter: RateLimiter, rate: str, subject: object) -> None:
    limiter.clear(parse(settings.RATES[rate]), rate, str(subject))


def _seconds(limiter: RateLimiter, limit: RateLimitItem, rate: str, subject: object) -> int:
    return max(
        1, round(limiter.get_window_stats(limit, rate, str(subject)).reset_time - time.time())
    )
