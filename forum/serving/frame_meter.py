"""Limits what one client may send over a WebSocket, counted before anything is parsed.

A frame costs the servers 20 to 50 µs, however small it is, so 200,000 empty pings (1.2 MB) would be
seconds of CPU.
"""

import time

LARGEST = 4096  # bytes of one message
# a second, and at once; pages send five messages a second at most, of a frame each
FRAMES, FRAMES_AT_ONCE = 20, 200
BYTES, BYTES_AT_ONCE = 32 * 1024, 128 * 1024
# of the socket: what comes in small segments is left in the kernel until there is more
READS, READS_AT_ONCE = 20, 50
SLICE = 25  # frames parsed before others get a turn
HEAD = 14  # bytes of a frame's head at most (RFC 6455, 5.2)


class TooMuch(Exception):
    """More than a client may send. It gets no answer but the end of the connection."""


class FrameMeter:
    """Follows the stream by the heads of its frames alone. Whether they make sense is for the
    parser to say.
    """

    __slots__ = ("_bytes", "_counted_at", "_frames", "_head", "_payload", "_reads")

    def __init__(self):
        self._frames, self._bytes, self._reads = FRAMES_AT_ONCE, BYTES_AT_ONCE, READS_AT_ONCE
        self._counted_at = time.monotonic()
        # begun and not complete; bytes of the frame's payload to come
        self._head, self._payload = b"", 0

    def admit(self, data):
        """`data` in pieces that are each to be parsed in one turn, SLICE frames at most. Raises
        TooMuch before any of it needs to be parsed."""
        self._refill()
        self._reads -= 1
        self._bytes -= len(data)
        if self._bytes < 0:
            raise TooMuch
        ends = [*self._ends_in(data), len(data)]
        return [
            data[start:end] for start, end in zip([0, *ends], ends, strict=False) if start < end
        ]

    @property
    def may_read_on(self):
        """Whether the next read may come at once."""
        return self._reads >= 1

    def _ends_in(self, data):
        """Where in `data` SLICE frames end, and again SLICE frames."""
        place = begun = 0
        while place < len(data):
            if self._payload:
                step = min(self._payload, len(data) - place)
                self._payload -= step
                place += step
                continue
            if not self._head:
                self._frames -= 1
                if self._frames < 0:
                    raise TooMuch
                if begun == SLICE:
                    yield place
                    begun = 0
                begun += 1
            place += self._read_head(data, place)

    def _read_head(self, data, place):
        """The number of bytes from `place` on that belong to the head of the current frame."""
        head = self._head + data[place : place + HEAD - len(self._head)]
        size, payload = measured(head)
        if len(head) < size:
            self._head = head
            return len(data) - place
        known, self._head, self._payload = len(self._head), b"", payload
        return size - known

    def _refill(self):
        now = time.monotonic()
        seconds, self._counted_at = now - self._counted_at, now
        self._frames = min(FRAMES_AT_ONCE, self._frames + seconds * FRAMES)
        self._bytes = min(BYTES_AT_ONCE, self._bytes + seconds * BYTES)
        self._reads = min(READS_AT_ONCE, self._reads + seconds * READS)


def measured(head):
    """(bytes of the whole head, bytes of the payload) of the frame that begins with `head`, as far
    as it tells.
    """
    if len(head) < 2:
        return HEAD, 0
    mask, short = head[1] >> 7, head[1] & 127
    more = {126: 2, 127: 8}.get(short, 0)
    return 2 + more + 4 * mask, int.from_bytes(head[2 : 2 + more]) if more else short
