"""A simulated network between pages and a server, with loss, delay and resets."""

import contextlib
import heapq
import itertools
import random
import selectors
import socket
import struct
import time
from collections import Counter

from tests.support.proxy import Proxy

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset
PACKET = 1460  # bytes
WINDOW = 64 * 1024  # bytes of a connection that are on their way at once
# seconds until a lost packet is sent again, doubling each time; how often it gets lost at most
AGAIN, TIMES = 0.2, 5


class Line(Proxy):
    """`broken` is the number of WebSockets it has cut. Additional modes:

    reset          connections are reset in the middle of a frame
    lose(chance)   packets are lost and come late, as if sent again by TCP; the order is kept
    narrow(rate)   each connection passes so many bytes a second, in each direction
    """

    def __init__(self, target_port):
        self.broken, self.lateness = 0, None
        # a heap of (when, number, from which end, data)
        self.coming, self.number = [], itertools.count()
        # end -> bytes; end -> when the last of them arrives
        self.on_their_way, self.last = Counter(), {}
        super().__init__(target_port)

    def reset(self):
        self._become("reset")

    def lose(self, chance):
        self._hold_up(
            lambda end, data: max(time.monotonic() + lost(data, chance), self.last.get(end, 0))
        )

    def narrow(self, rate):
        self._hold_up(
            lambda end, data: max(time.monotonic(), self.last.get(end, 0)) + len(data) / rate
        )

    def _hold_up(self, lateness):
        self.lateness = lateness
        self._become("late")

    def _forward(self, end):
        if self.mode == "reset":
            self._reset(end)
        elif self.mode == "late" or self.on_their_way[end]:
            self._send_late(end)
        else:
            super()._forward(end)

    def _reset(self, end):
        other = self.pairs[end]
        with contextlib.suppress(OSError):
            data = end.recv(65536)
            other.sendall(data[: len(data) // 2])
        for one in (end, other):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self._drop(end)

    def _send_late(self, end):
        data = b""
        with contextlib.suppress(OSError):
            data = end.recv(16384)
        self.last[end] = self.lateness(end, data)
        self.on_their_way[end] += len(data) or 1  # an end is on its way, too
        heapq.heappush(self.coming, (self.last[end], next(self.number), end, data))
        if not data or self.on_their_way[end] >= WINDOW:
            self.selector.unregister(end)

    def _rest(self):
        """Brings what has arrived by now; all of it, once nothing is late any more."""
        while self.coming and (self.mode != "late" or self.coming[0][0] <= time.monotonic()):
            _when, _number, end, data = heapq.heappop(self.coming)
            if end in self.pairs:
                self._arrive(end, data)
        return min(max(self.coming[0][0] - time.monotonic(), 0), 0.1) if self.coming else 0.1

    def _arrive(self, end, data):
        was_full = self.on_their_way[end] >= WINDOW
        self.on_their_way[end] -= len(data) or 1
        try:
            self.pairs[end].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(end)
        elif was_full and self.on_their_way[end] < WINDOW:
            self.selector.register(end, selectors.EVENT_READ)

    def _drop(self, end):
        self.broken += end in self.upgraded and self.mode in ("cut", "reset")
        for one in (end, self.pairs.get(end)):
            self.on_their_way.pop(one, None)
            self.last.pop(one, None)
        super()._drop(end)


def lost(data, chance):
    """Seconds until the last packet of `data` has come through."""
    return max(until_it_comes(chance) for _ in range(0, max(len(data), 1), PACKET))


def until_it_comes(chance):
    waited, again = 0.0, AGAIN
    for _ in range(TIMES):
        if random.random() > chance:
            break
        waited, again = waited + again, 2 * again
    return waited
