"""Limits on messages, connections and long polls: anybody may open a socket, so bound its cost.

Frames and bytes are limited in forum/serving/frame_meter.py, before they become messages.
"""

import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from forum.serving.frame_meter import LARGEST


class Rate(NamedTuple):
    """A rate limit: `per_second` on average, with a burst of up to `at_once`."""

    per_second: float
    at_once: int


MESSAGES = Rate(5, 20)  # per page
LONG_POLLS = Rate(20, 100)  # per network
# per network: 500 readers behind one address reconnect after a restart, and once more
HANDSHAKES = Rate(25, 1000)
TOPICS = 50  # watched by one page
WAITING = 50  # long polls waiting at the same time, per session and per network
KNOWN = 10_000  # networks whose rate is remembered
OF_MEMBER, OF_NETWORK = 20, 50  # sockets at the same time, per process


def is_too_big(data: str | bytes) -> bool:
    if len(data) > LARGEST or isinstance(data, bytes):
        return len(data) > LARGEST
    return len(data.encode(errors="surrogatepass")) > LARGEST


class Allowance:
    """A token bucket: what is left of a rate for one page or network."""

    __slots__ = ("_counted_at", "_left", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._left: float = rate.at_once
        self._counted_at = time.monotonic()

    def take(self) -> bool:
        """Takes a token if there is one; returns whether there was. A refusal costs no token."""
        now = time.monotonic()
        left = min(
            self._rate.at_once, self._left + (now - self._counted_at) * self._rate.per_second
        )
        is_allowed = left >= 1
        self._left, self._counted_at = left - is_allowed, now
        return is_allowed


class Rates:
    """The allowances of many networks; beyond KNOWN the least recently active is dropped."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._known: dict[Hashable, Allowance] = {}

    def take(self, network: Hashable) -> bool:
        """Counts one more if the rate allows it; returns whether it does."""
        allowance = self._known.pop(network, None) or Allowance(self.rate)
        self._known[network] = allowance
        if len(self._known) > KNOWN:
            del self._known[next(iter(self._known))]
        return allowance.take()


class Waiting:
    """Limits how many requests of one visitor wait at the same time."""

    def __init__(self) -> None:
        self._counts: Counter[Hashable] = Counter()

    @contextmanager
    def of(self, *visitors: Hashable) -> Iterator[bool]:
        """Counts a request for each visitor until the block ends; yields whether it may wait.

        visitors: hashable keys, such as ("network", …) and ("session", …). If one of them has
        reached WAITING, nothing is counted.
        """
        has_room = all(self._counts[visitor] < WAITING for visitor in visitors)
        counted = visitors if has_room else ()
        self._counts.update(counted)
        try:
            yield has_room
        finally:
            self._counts.subtract(counted)
            self._counts += Counter()  # drops the zeros


class ConnectionLimit:
    """At most `most` sockets of each owner, a member or a network. None stands for no limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[Hashable] = Counter()

    def take(self, owner: Hashable) -> bool:
        """Counts one more if the limit allows it; returns whether it does."""
        if owner is not None and self._taken[owner] >= self._most:
            return False
        self._taken[owner] += 1
        return True

    def release(self, owner: Hashable) -> None:
        self._taken[owner] -= 1
        if not self._taken[owner]:
            del self._taken[owner]


class Admission:
    """The limits on opening sockets in one process: handshakes by network, sockets by both."""

    def __init__(self) -> None:
        self.handshakes = Rates(HANDSHAKES)
        self.networks = ConnectionLimit(OF_NETWORK)
        self.members = ConnectionLimit(OF_MEMBER)
