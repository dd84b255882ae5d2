"""How much one page may say. A socket is open to everybody, so what it costs is bounded before it is read."""

import time

LARGEST = 4096  # bytes of one message
RATE, BURST = 5, 20  # messages a second, and at once
TOPICS = 50  # that one page may watch


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
