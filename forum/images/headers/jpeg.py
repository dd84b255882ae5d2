"""ITU T.81, annex B: segments up to the first scan."""

from struct import unpack_from

from forum.images.errors import COSTLY, DAMAGED, PIXELS, Refused
from forum.images.limits import DECODED_BYTES, MAX_JPEG_PIXELS, MAX_SCANNED_PIXELS, MAX_SEGMENTS

from .header import Header

START, END, SCAN = b"\xff\xd8", b"\xff\xd9", b"\xff\xda"
SCAN_MARKER, APP1 = 0xDA, 0xE1
FRAMES = range(0xC0, 0xC3)  # baseline, extended, progressive; not lossless or arithmetic ones
OTHER_FRAMES = {*range(0xC3, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = 0xC2
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
REDUCTIONS = 1, 2, 4, 8
EXIF = b"Exif\0\0"
ORIENTATION = 0x0112
MAX_TAGS = 500


def recognises(data):
    return data[:3] == b"\xff\xd8\xff"


def read(data):
    frame, orientation = None, 1
    for marker, at, length in segments(data):
        if marker in FRAMES and frame is None:
            frame = marker, at
        elif marker in FRAMES or marker in OTHER_FRAMES:
            raise Refused(DAMAGED)
        elif marker == APP1 and data[at : at + 6] == EXIF:
            orientation = orientation_in(data[at + 6 : at + length])
        elif marker == SCAN_MARKER:
            break
    if frame is None or data.rfind(END) < at:
        raise Refused(DAMAGED)
    return header(data, *frame, orientation)


def segments(data):
    """(marker, where its content starts, the length of that) up to the first scan."""
    at = len(START)
    for _segment in range(MAX_SEGMENTS):
        if data[at] != 0xFF:
            raise Refused(DAMAGED)
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker in WITHOUT_LENGTH:
            at += 2
            continue
        (length,) = unpack_from(">H", data, at + 2)
        yield marker, at + 4, length - 2
        if marker == SCAN_MARKER:
            return
        at += 2 + length
    raise Refused(COSTLY)


def header(data, marker, at, orientation):
    height, width, count = unpack_from(">HHB", data, at + 1)
    samplings = [data[at + 7 + 3 * number] for number in range(count)]
    if not 1 <= count <= 4 or not all(map(is_sampling, samplings)):
        raise Refused(DAMAGED)
    scans, pixels = data.count(SCAN), width * height
    if pixels > MAX_JPEG_PIXELS:
        raise Refused(PIXELS)
    blocks = pixels * samples_per_pixel(samplings) / 64
    if len(data) * 8 < blocks * (1 if marker == PROGRESSIVE else 2):
        raise Refused(DAMAGED)  # a block takes a bit for its mean, and another for its end
    if scans > 1 and pixels * scans > MAX_SCANNED_PIXELS:
        raise Refused(COSTLY)
    # Decoders keep the coefficients, of two bytes, until the last scan.
    kept = 2 * pixels * samples_per_pixel(samplings) if marker == PROGRESSIVE or scans > 1 else 0
    for reduction in REDUCTIONS:
        if kept + 4 * pixels / reduction**2 <= DECODED_BYTES:
            return Header("jpeg", width, height, 1, orientation, reduction)
    raise Refused(PIXELS)


def is_sampling(factors):
    return 1 <= factors >> 4 <= 4 and 1 <= factors & 15 <= 4


def samples_per_pixel(samplings):
    areas = [(factors >> 4) * (factors & 15) for factors in samplings]
    across, down = max(one >> 4 for one in samplings), max(one & 15 for one in samplings)
    return sum(areas) / (across * down)


def orientation_in(exif):
    """The orientation in Exif data (a TIFF file), or 1."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if not order or len(exif) < 8:
        return 1
    (start,) = unpack_from(f"{order}I", exif, 4)
    if start + 2 > len(exif):
        return 1
    (tags,) = unpack_from(f"{order}H", exif, start)
    for at in range(start + 2, min(start + 2 + 12 * min(tags, MAX_TAGS), len(exif) - 11), 12):
        tag, _type, _count, value = unpack_from(f"{order}HHIH", exif, at)
        if tag == ORIENTATION:
            return value if 1 <= value <= 8 else 1
    return 1
