"""Reads a picture's kind, size and structure, without decoding it.

Decides by content alone, in bounded time and without C code, so a server process may call it with
whatever was sent. What it lets pass may still be damaged: that shows when it is decoded.
"""

from struct import error as StructError

from forum.images.errors import DAMAGED, FRAMES, PIXELS, UNKNOWN, Refused
from forum.images.limits import (
    MAX_ANIMATED_PIXELS,
    MAX_FRAMES,
    MAX_PIXELS,
    MAX_SIDE,
)

from . import avif, gif, jpeg, png, webp
from .header import Header

READERS = {"jpeg": jpeg, "png": png, "gif": gif, "webp": webp, "avif": avif}


def read(data) -> Header:
    """The Header of a file's bytes. Raises Refused."""
    reader = next((one for one in READERS.values() if one.recognises(data)), None)
    if reader is None:
        raise Refused(UNKNOWN)
    try:
        header = reader.read(data)
    except (IndexError, StructError) as error:  # it ends within one of its parts
        raise Refused(DAMAGED) from error
    check(header)
    return header


def check(header):
    pixels = header.width * header.height
    if not pixels:
        raise Refused(DAMAGED)
    if header.kind != "jpeg" and pixels > MAX_PIXELS:
        raise Refused(PIXELS)
    if max(header.width, header.height) > MAX_SIDE:
        raise Refused(PIXELS)
    if header.frames > MAX_FRAMES or (
        header.frames > 1 and header.frames * pixels > MAX_ANIMATED_PIXELS
    ):
        raise Refused(FRAMES)
