"""RFC 9649: a RIFF container. Of an animation only the first frame is shown."""

from struct import unpack_from

from forum.images.errors import COSTLY, DAMAGED, Refused
from forum.images.limits import MAX_CHUNKS

from .header import Header


def recognises(data):
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read(data):
    (length,) = unpack_from("<I", data, 4)
    end = 8 + length + length % 2
    if end != len(data) + len(data) % 2:
        raise Refused(DAMAGED)
    size, at = None, 12
    for _chunk in range(MAX_CHUNKS):
        if at + 8 > len(data):
            break
        name, length = unpack_from("<4sI", data, at)
        size = size or size_in(name, data, at + 8)
        at += 8 + length + length % 2
    else:
        raise Refused(COSTLY)
    if size is None or at != end:
        raise Refused(DAMAGED)
    return Header("webp", *size)


def size_in(name, data, at):
    if name == b"VP8X":
        across, high, down, also = unpack_from("<HBHB", data, at + 4)
        return across + (high << 16) + 1, down + (also << 16) + 1
    if name == b"VP8 ":
        width, height = unpack_from("<HH", data, at + 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L":
        (bits,) = unpack_from("<I", data, at + 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
