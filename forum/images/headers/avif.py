"""ISO 14496-12 and 23008-12: boxes. The size is that of the largest item."""

from struct import unpack_from

from forum.images.errors import COSTLY, DAMAGED, Refused

from .header import Header

BRANDS = {b"avif", b"avis"}
CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0}  # and the bytes before the boxes in them
MAX_BOXES = 2_000


def recognises(data):
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


def read(data):
    sizes, boxes, waiting = [], 0, [(0, len(data))]
    while waiting:
        at, end = waiting.pop()
        while at < end:
            boxes += 1
            if boxes > MAX_BOXES:
                raise Refused(COSTLY)
            name, start, at = box(data, at, end)
            if name in CONTAINERS:
                waiting.append((start + CONTAINERS[name], at))
            elif name == b"ispe":
                sizes.append(unpack_from(">II", data, start + 4))
    if not sizes:
        raise Refused(DAMAGED)
    return Header("avif", *map(max, zip(*sizes, strict=True)))


def box(data, at, end):
    """(name, where its content starts, where it ends)"""
    length, name = unpack_from(">I4s", data, at)
    start = at + 8
    if length == 1:
        (length,) = unpack_from(">Q", data, start)
        start += 8
    after = at + length if length else end
    if not start <= after <= end:
        raise Refused(DAMAGED)
    return name, start, after
