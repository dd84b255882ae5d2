"""Rate limits for what a client sends over a WebSocket, applied before parsing.

Servers take 20 to 50 µs per frame (measured), however small, so 200,000 empty pings (1.2 MB) would
cost seconds of CPU time.
"""

import time

LARGEST = 4096  # bytes of one message
# Rate per second, and burst. Pages send at most five messages per second, of one frame each.
FRAMES, FRAMES_AT_ONCE = 20, 200
BYTES, BYTES_AT_ONCE = 32 * 1024, 128 * 1024
# Reads from the socket: beyond the limit, small segments accumulate in the kernel.
READS, READS_AT_ONCE = 20, 50
SLICE = 25  # frames parsed before other connections get a turn
HEAD = 14  # bytes of a frame header, at most (RFC 6455, 5.2)


class TooMuch(Exception):
    """The client exceeded a limit; its connection must be closed."""


class FrameMeter:
    """Follows the stream by frame headers only; validating them is left to the parser."""

    __slots__ = ("_bytes", "_counted_at", "_frames", "_head", "_payload", "_reads")

    def __init__(self):
        # Fractions, as they are refilled by the time that has passed.
        self._frames: float = FRAMES_AT_ONCE
        self._bytes: float = BYTES_AT_ONCE
        self._reads: float = READS_AT_ONCE
        self._counted_at = time.monotonic()
        # The incomplete frame header, and the bytes of payload still to come.
        self._head, self._payload = b"", 0

    def admit(self, data):
        """Split `data` into pieces of at most SLICE frames, to be parsed in separate turns.

        Raises TooMuch, before any of it is parsed.
        """
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
        """Whether the socket may be read again at once."""
        return self._reads >= 1

    def _ends_in(self, data):
        """The offsets in `data` after every SLICE frames."""
        offset = begun = 0
        while offset < len(data):
            if self._payload:
                step = min(self._payload, len(data) - offset)
                self._payload -= step
                offset += step
                continue
            if not self._head:
                self._frames -= 1
                if self._frames < 0:
                    raise TooMuch
                if begun == SLICE:
                    yield offset
                    begun = 0
                begun += 1
            offset += self._read_head(data, offset)

    def _read_head(self, data, offset):
        """The number of bytes from `offset` on that belong to the current frame header."""
        head = self._head + data[offset : offset + HEAD - len(self._head)]
        size, payload = measured(head)
        if len(head) < size:
            self._head = head
            return len(data) - offset
        known, self._head, self._payload = len(self._head), b"", payload
        return size - known

    def _refill(self):
        now = time.monotonic()
        seconds, self._counted_at = now - self._counted_at, now
        self._frames = min(FRAMES_AT_ONCE, self._frames + seconds * FRAMES)
        self._bytes = min(BYTES_AT_ONCE, self._bytes + seconds * BYTES)
        self._reads = min(READS_AT_ONCE, self._reads + seconds * READS)


def measured(head):
    """(length of the header, length of the payload) in bytes, of a frame that begins with `head`.

    While `head` is too short to know, the maximum length of a header.
    """
    if len(head) < 2:
        return HEAD, 0
    mask, short = head[1] >> 7, head[1] & 127
    more = {126: 2, 127: 8}.get(short, 0)
    return 2 + more + 4 * mask, int.from_bytes(head[2 : 2 + more]) if more else short
