"""Limits on what one page may send. A socket is open to everybody, so its cost is bounded before anything is read.

Messages are counted here; frames, bytes and reads in forum/serving/frame_meter.py, before they become messages.
"""

import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from forum.serving.frame_meter import LARGEST

RATE, BURST = 5, 20  # messages a second, and at once
TOPICS = 50  # that one page may watch
WAITING = 50  # long polls of one session, and of one network
ASKED, ASKED_AT_ONCE = 20, 100  # long polls of one network, a second and at once
OPENED, OPENED_AT_ONCE = 25, 1000  # sockets that it asks for: 500 readers behind one address come back, twice
KNOWN = 10_000  # networks whose rate is remembered
OF_MEMBER, OF_NETWORK = 20, 50  # sockets at once, in one process


def is_too_big(data: str | bytes) -> bool:
    if len(data) > LARGEST or isinstance(data, bytes):
        return len(data) > LARGEST
    return len(data.encode(errors="surrogatepass")) > LARGEST


class Allowance:
    """A bucket of messages that fills again with time."""

    __slots__ = ("_counted_at", "_left")

    def __init__(self) -> None:
        _rate, burst = self.limits()
        self._left: float = burst
        self._counted_at = time.monotonic()

    @staticmethod
    def limits() -> tuple[float, int]:
        """(a second, at once)"""
        return RATE, BURST

    def take(self) -> bool:
        """Whether one more message may be sent now."""
        now, (rate, burst) = time.monotonic(), self.limits()
        left = min(burst, self._left + (now - self._counted_at) * rate)
        may_say = left >= 1  # what is refused costs nothing more: whoever insists is not kept out for longer
        self._left, self._counted_at = left - may_say, now
        return may_say


class AskingAllowance(Allowance):
    """Of long polls."""

    __slots__ = ()

    @staticmethod
    def limits() -> tuple[float, int]:
        return ASKED, ASKED_AT_ONCE


class OpeningAllowance(Allowance):
    """Of sockets."""

    __slots__ = ()

    @staticmethod
    def limits() -> tuple[float, int]:
        return OPENED, OPENED_AT_ONCE


class Rates:
    """How often something comes, by network. Of KNOWN networks the one that was silent longest is forgotten first."""

    def __init__(self, kind: type[Allowance]) -> None:
        self._kind = kind
        self._known: dict[Hashable, Allowance] = {}

    def take(self, visitor: Hashable) -> bool:
        """Whether one more may come now."""
        allowance = self._known.pop(visitor, None) or self._kind()
        self._known[visitor] = allowance
        if len(self._known) > KNOWN:
            del self._known[next(iter(self._known))]
        return allowance.take()


class Waiting:
    """How many requests wait, by who waits: ("network", …) or ("session", …)."""

    def __init__(self) -> None:
        self._counts: Counter[Hashable] = Counter()

    @contextmanager
    def of(self, *visitors: Hashable) -> Iterator[bool]:
        """Counts one for each of them meanwhile; gives whether there was room."""
        welcome = all(self._counts[visitor] < WAITING for visitor in visitors)
        counted = visitors if welcome else ()
        self._counts.update(counted)
        try:
            yield welcome
        finally:
            self._counts.subtract(counted)
            self._counts += Counter()  # forgets who waits no more


class ConnectionLimit:
    """How many sockets there are, by whose they are: at most `most` of each. None is nobody, and not counted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[Hashable] = Counter()

    def take(self, whose: Hashable) -> bool:
        """Whether there was one more place."""
        if whose is not None and self._taken[whose] >= self._most:
            return False
        self._taken[whose] += 1
        return True

    def give_back(self, whose: Hashable) -> None:
        self._taken[whose] -= 1
        if not self._taken[whose]:
            del self._taken[whose]
