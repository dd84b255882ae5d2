"""How often one person may do something. Counted in Redis where there is one; else, and while it is away, here."""

import time
from threading import Lock

from django.conf import settings
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from forum.cache import redis_client
from forum.cache.circuit_breaker import Unavailable

REMEMBERED = parse("1/hour")
_once = Lock()  # copies of one form come at the same moment
_local = SlidingWindowCounterRateLimiter(MemoryStorage())
_shared = _local
if settings.REDIS_URL:
    _pool = redis_client.client(settings.REDIS_URL).connection_pool
    _shared = SlidingWindowCounterRateLimiter(
        storage_from_string(settings.REDIS_URL, wrap_exceptions=True, connection_pool=_pool)
    )


def seconds_to_wait(what, who, count=True):
    """0 when `who` (an id or address) may do `what` (a name in settings.RATES) now; else seconds.

    It counts unless `count` is False, which only looks.
    """
    return _in_redis_or_here(_count if count else _look, what, who)


def seconds_to_wait_once(what, who, mark):
    """As `seconds_to_wait`, but what was let in before with the same `mark` counts no more, and is let in again."""
    with _once:
        if _in_redis_or_here(_was_let_in, what, who, mark):
            return 0
        wait = seconds_to_wait(what, who)
        if not wait:
            _in_redis_or_here(_let_in, what, who, mark)
        return wait


def clear(what, who):
    """As if `who` had not done `what` before."""
    _in_redis_or_here(_clear, what, who)


def _in_redis_or_here(act, *about):
    try:
        return redis_client.attempt(lambda: act(_shared, *about), StorageError)
    except Unavailable:
        return act(_local, *about)


def forget():
    """As if nobody had done anything yet."""
    for limiter in {_local, _shared}:
        limiter.storage.reset()


def _count(limiter, what, who):
    rate = parse(settings.RATES[what])
    return 0 if limiter.hit(rate, what, str(who)) else _seconds(limiter, rate, what, who)


def _look(limiter, what, who):
    rate = parse(settings.RATES[what])
    return 0 if limiter.test(rate, what, str(who)) else _seconds(limiter, rate, what, who)


def _was_let_in(limiter, what, who, mark):
    return not limiter.test(REMEMBERED, what, str(who), mark)


def _let_in(limiter, what, who, mark):
    limiter.hit(REMEMBERED, what, str(who), mark)


def _clear(limiter, what, who):
    limiter.clear(parse(settings.RATES[what]), what, str(who))


def _seconds(limiter, rate, what, who):
    return max(1, round(limiter.get_window_stats(rate, what, str(who)).reset_time - time.time()))
