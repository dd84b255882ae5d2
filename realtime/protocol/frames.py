"""A text as it goes over the wire: one WebSocket frame (RFC 6455, 5.2), made once for all pages that hear it."""

from struct import pack

TEXT = 0x81  # one whole text message, not compressed
_last = ("", b"\x81\x00")


def frame_of(text):
    """The bytes of `text` as an unmasked frame. The last one is kept: the hub asks for it once per page."""
    global _last
    if _last[0] is not text:
        data = text.encode()
        _last = (text, head_of(len(data)) + data)
    return _last[1]


def head_of(size):
    if size < 126:
        return pack("!BB", TEXT, size)
    if size < 65536:
        return pack("!BBH", TEXT, 126, size)
    return pack("!BBQ", TEXT, 127, size)
