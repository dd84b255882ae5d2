"""Limits on what one page may send. A socket is open to everybody, so its cost is bounded before
anything is read.

Messages are counted here; frames, bytes and reads in forum/serving/frame_meter.py, before they
become messages.
"""

import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from forum.serving.frame_meter import LARGEST


class Rate(NamedTuple):
    """How often something may be done: `per_second` on average, and `at_once` after a pause."""

    per_second: float
    at_once: int


MESSAGES = Rate(5, 20)  # of one page
LONG_POLLS = Rate(20, 100)  # of one network
# of one network: 500 readers behind one address come back after a restart, and again
HANDSHAKES = Rate(25, 1000)
TOPICS = 50  # that one page may watch
WAITING = 50  # long polls of one session, and of one network, that wait at the same time
KNOWN = 10_000  # networks whose rate is remembered
OF_MEMBER, OF_NETWORK = 20, 50  # sockets at the same time, in one process


def is_too_big(data: str | bytes) -> bool:
    if len(data) > LARGEST or isinstance(data, bytes):
        return len(data) > LARGEST
    return len(data.encode(errors="surrogatepass")) > LARGEST


class Allowance:
    """What is left of a rate for one page or network: a bucket that fills again with time."""

    __slots__ = ("_counted_at", "_left", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._left: float = rate.at_once
        self._counted_at = time.monotonic()

    def take(self) -> bool:
        """Whether one more is allowed now. What is refused costs nothing, so insisting does not
        prolong the wait.
        """
        now = time.monotonic()
        left = min(
            self._rate.at_once, self._left + (now - self._counted_at) * self._rate.per_second
        )
        is_allowed = left >= 1
        self._left, self._counted_at = left - is_allowed, now
        return is_allowed


class Rates:
    """The allowances of many networks. Of more than KNOWN the one that was silent longest is
    forgotten.
    """

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._known: dict[Hashable, Allowance] = {}

    def take(self, network: Hashable) -> bool:
        """Whether one more is allowed now."""
        allowance = self._known.pop(network, None) or Allowance(self.rate)
        self._known[network] = allowance
        if len(self._known) > KNOWN:
            del self._known[next(iter(self._known))]
        return allowance.take()


class Waiting:
    """Counts the requests that wait, by ("network", …) and by ("session", …)."""

    def __init__(self) -> None:
        self._counts: Counter[Hashable] = Counter()

    @contextmanager
    def of(self, *visitors: Hashable) -> Iterator[bool]:
        """Counts one for each of them until the end of the block; yields whether there was room."""
        welcome = all(self._counts[visitor] < WAITING for visitor in visitors)
        counted = visitors if welcome else ()
        self._counts.update(counted)
        try:
            yield welcome
        finally:
            self._counts.subtract(counted)
            self._counts += Counter()  # drops the zeros


class ConnectionLimit:
    """At most `most` sockets of each member or network. None is nobody, and not limited."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[Hashable] = Counter()

    def take(self, whose: Hashable) -> bool:
        """Counts one more, if there was room; returns whether there was."""
        if whose is not None and self._taken[whose] >= self._most:
            return False
        self._taken[whose] += 1
        return True

    def give_back(self, whose: Hashable) -> None:
        self._taken[whose] -= 1
        if not self._taken[whose]:
            del self._taken[whose]
