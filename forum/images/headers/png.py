"""The PNG specification (third edition), section 5: chunks."""

from struct import unpack_from

from forum.images.errors import COSTLY, DAMAGED, Refused
from forum.images.limits import MAX_CHUNKS

from .header import Header

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def recognises(data):
    return data[:8] == SIGNATURE


def read(data):
    size: tuple[int, ...] = ()
    at = len(SIGNATURE)
    for _chunk in range(MAX_CHUNKS):
        length, name = unpack_from(">I4s", data, at)
        if bool(size) == (name == b"IHDR"):
            raise Refused(DAMAGED)  # the first chunk, and only that, is the header
        if name == b"IHDR":
            size = unpack_from(">II", data, at + 8)
        at += 12 + length
        if name == b"IEND":
            break
    else:
        raise Refused(COSTLY)
    if at != len(data):
        raise Refused(DAMAGED)  # cut off, or another file follows
    return Header("png", *size)
