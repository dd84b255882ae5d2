"""How much one page may say. A socket is open to everybody, so what it costs is bounded before it is read."""

import time
from collections import Counter
from contextlib import contextmanager

LARGEST = 4096  # bytes of one message
RATE, BURST = 5, 20  # messages a second, and at once
TOPICS = 50  # that one page may watch
WAITING = 50  # long polls of one session, and of one address


def is_too_big(data):
    if len(data) > LARGEST or isinstance(data, bytes):
        return len(data) > LARGEST
    return len(data.encode(errors="surrogatepass")) > LARGEST


class Allowance:
    """A bucket of messages that fills again with time."""

    def __init__(self):
        self._left, self._counted_at = BURST, time.monotonic()

    def take(self):
        """Whether one more message may be said now."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._counted_at) * RATE) - 1
        self._counted_at = now
        return self._left >= 0


class Waiting:
    """How many requests wait, by who waits: an address or a session."""

    def __init__(self):
        self._counts = Counter()

    @contextmanager
    def of(self, *visitors):
        """Counts one for each of them meanwhile; gives whether there was room."""
        welcome = all(self._counts[visitor] < WAITING for visitor in visitors)
        counted = visitors if welcome else ()
        self._counts.update(counted)
        try:
            yield welcome
        finally:
            self._counts.subtract(counted)
            self._counts += Counter()  # forgets who waits no more
