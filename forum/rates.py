"""How often one person may do something. Counted in Redis where there is one; else, and while it is away, here."""

import time

from django.conf import settings
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

TIMEOUT = 0.2  # seconds that Redis may take to answer, and
PAUSE = 5.0  # seconds that it is left alone after it did not

_local = SlidingWindowCounterRateLimiter(MemoryStorage())
_shared = _local
if settings.REDIS_URL:
    _times = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
    _shared = SlidingWindowCounterRateLimiter(storage_from_string(settings.REDIS_URL, wrap_exceptions=True, **_times))
_rest_until = 0.0


def seconds_to_wait(what, who):
    """0 when `who` (an id or address) may do `what` (a name in settings.RATES) now, and counts it; else seconds."""
    global _rest_until
    if time.monotonic() >= _rest_until:
        try:
            return _count(_shared, what, who)
        except StorageError:
            _rest_until = time.monotonic() + PAUSE
    return _count(_local, what, who)


def forget():
    """As if nobody had done anything yet."""
    for limiter in {_local, _shared}:
        limiter.storage.reset()


def _count(limiter, what, who):
    rate = parse(settings.RATES[what])
    if limiter.hit(rate, what, str(who)):
        return 0
    return max(1, round(limiter.get_window_stats(rate, what, str(who)).reset_time - time.time()))
