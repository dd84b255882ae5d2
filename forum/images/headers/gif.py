"""GIF89a: blocks, and the sub-blocks of their data."""

from struct import unpack_from

from forum.images.errors import COSTLY, DAMAGED, FRAMES, Refused
from forum.images.limits import MAX_BLOCKS, MAX_FRAMES

from .header import Header

IMAGE, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B


def recognises(data):
    return data[:6] in (b"GIF87a", b"GIF89a")


def read(data):
    width, height, flags = unpack_from("<HHB", data, 6)
    at, frames, blocks = 13 + palette_length(flags), 0, 0
    while data[at] != TRAILER:
        if data[at] == IMAGE:
            frames += 1
            left, top, across, down, flags = unpack_from("<HHHHB", data, at + 1)
            if left + across > width or top + down > height or not across * down:
                raise Refused(DAMAGED)
            at += 11 + palette_length(flags)
        elif data[at] == EXTENSION:
            at += 2
        else:
            raise Refused(DAMAGED)
        if frames > MAX_FRAMES:
            raise Refused(FRAMES)
        at, blocks = after_sub_blocks(data, at, blocks + 1)
    if not frames or at + 1 != len(data):
        raise Refused(DAMAGED)
    return Header("gif", width, height, frames)


def palette_length(flags):
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def after_sub_blocks(data, at, blocks):
    while length := data[at]:
        at, blocks = at + 1 + length, blocks + 1
        if blocks > MAX_BLOCKS:
            raise Refused(COSTLY)
    return at + 1, blocks
