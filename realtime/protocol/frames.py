"""Encodes text as a WebSocket frame (RFC 6455, 5.2), once for all pages that get it."""

from struct import pack

TEXT = 0x81  # FIN and opcode 1: a whole text message, not compressed
_last = ("", b"\x81\x00")


def frame_of(text: str) -> bytes:
    """The bytes of `text` as an unmasked frame. Cached: the hub asks for the same one per page."""
    global _last
    if _last[0] is not text:
        data = text.encode()
        _last = (text, head_of(len(data)) + data)
    return _last[1]


def head_of(size: int) -> bytes:
    if size < 126:
        return pack("!BB", TEXT, size)
    if size < 65536:
        return pack("!BBH", TEXT, 126, size)
    return pack("!BBQ", TEXT, 127, size)
