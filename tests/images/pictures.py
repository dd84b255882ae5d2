"""Builds pictures of every kind, good ones and hostile ones, from nothing."""

import io
import struct
import zlib
from functools import cache

from PIL import Image, ImageCms

from forum.images import headers
from forum.images.encoding import encoded
from forum.images.processing import File, Picture

ZIP = b"PK\x03\x04" + bytes(26) + b"evil.class"
SCRIPT = b"<script>alert(1)</script>"


def drawn(width=60, height=40, mode="RGB"):
    """A picture whose corners differ: the upper left is red, the upper right blue."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("blue", (width // 2, 0, width, height // 2))
    return image.convert(mode)


def noisy(width, height):
    return Image.effect_noise((400, 300), 60).convert("RGB").resize((width, height))


def saved(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind.upper(), **options)
    return target.getvalue()


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def prepared(data):
    """What the worker makes of a picture, in this process."""
    contents = (bytes(content) for _name, content in encoded(data, headers.read(data)))
    large, *thumbnails = (
        File(header.kind, header.width, header.height, content)
        for content in contents
        for header in [headers.read(content)]
    )
    return Picture(large, tuple(reversed(thumbnails)))


def jpeg(width=60, height=40, **options):
    return saved(drawn(width, height), "jpeg", **options)


def with_exif(orientation=1):
    """A JPEG as telephones write it: turned, and with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Nosy Telephone"
    exif.get_ifd(0x8825)[1] = "N"
    return jpeg(exif=exif, comment="taken at home")


def with_profile():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return jpeg(icc_profile=profile)


def animated(frames=3, width=60, height=40, **options):
    pictures = [Image.new("P", (width, height), number % 250) for number in range(frames)]
    for picture in pictures:
        picture.putpalette(bytes(range(256)) * 3)
    return saved(
        pictures[0],
        "gif",
        save_all=True,
        append_images=pictures[1:],
        duration=80,
        loop=0,
        optimize=False,
        **options,
    )


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + checksum(name + content)


def checksum(data):
    return struct.pack(">I", zlib.crc32(data))


def png(width, height, *chunks, rows=b""):
    """A PNG of 8-bit grey with these chunks, whose rows may be fewer than its header says."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + data + chunk(b"IEND", b"")


def pixel_bomb():
    return png(60_000, 60_000, rows=bytes(60_001) * 100)


def text_bomb():
    text = b"Comment\0\0" + zlib.compress(bytes(50 * 2**20), 9)
    return png(8, 8, chunk(b"zTXt", text), rows=bytes(9 * 8))


def many_texts():
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(900_000), 9))
    return png(8, 8, text * 2_000, rows=bytes(9 * 8))


def profile_bomb():
    profile = b"profile\0\0" + zlib.compress(bytes(80 * 2**20), 9)
    return png(8, 8, chunk(b"iCCP", profile), rows=bytes(9 * 8))


def many_chunks():
    return png(8, 8, chunk(b"teSt", b"") * 300_000, rows=bytes(9 * 8))


def gif(width, height, *blocks):
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    return head + b"".join(blocks) + b";"


def gif_frame(width, height, left=0, top=0):
    """A frame of one pixel's data."""
    place = struct.pack("<HHHHB", left, top, width, height, 0)
    return b"," + place + b"\x02\x02D\x01\x00"


def with_scans(scans, side=3000):
    """A progressive JPEG whose last scan is repeated."""
    data = saved(Image.new("RGB", (side, side)), "jpeg", progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + b"\xff\xd9"


def with_lying_header(data, width, height):
    """The JPEG with another size in its header."""
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def avif_with_size(width, height):
    data = saved(drawn(), "avif", speed=10)
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def webp_with_size(width, height):
    """A WebP whose container says another size than its picture."""
    picture = saved(drawn(), "webp")[12:]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"VP8X" + struct.pack("<II", 10, 0) + size + picture
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def png_without_end():
    """A PNG of the largest size whose compressed rows stop half-way."""
    head = png(4000, 4000)[: 8 + 25]
    rows = zlib.compress(bytes(4001 * 4000), 9)
    return head + chunk(b"IDAT", rows[: len(rows) // 2]) + chunk(b"IEND", b"")


def webp_without_end():
    """A WebP of the largest size, whole but for the second half of its picture."""
    picture = saved(drawn(4000, 4000), "webp", lossless=True, method=0)[20:]
    picture = picture[: len(picture) // 4 * 2]
    chunks = b"VP8L" + struct.pack("<I", len(picture)) + picture
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def avif_without_data():
    data = saved(drawn(4000, 4000), "avif", speed=10)
    at = data.index(b"mdat") + 4
    return data[:at] + bytes(len(data) - at)


def cut(data, part=0.5):
    return data[: int(len(data) * part)]


@cache
def hostile():
    """Each by what is wrong with it; all are refused."""
    photo, moving = jpeg(4000, 3000), animated(5)
    return {
        "pixels: PNG": pixel_bomb(),
        "pixels: PNG of 16,000 × 16,000": png(16_000, 16_000),
        "pixels: JPEG": with_lying_header(photo, 65_000, 65_000),
        "pixels: GIF": gif(65_000, 65_000, gif_frame(65_000, 65_000)),
        "pixels: WebP": webp_with_size(2**20, 2**12),
        "pixels: AVIF": avif_with_size(60_000, 60_000),
        "frames: many small ones": gif(4, 4, gif_frame(4, 4) * 500_000),
        "frames: large ones": gif(4_000, 4_000, gif_frame(4_000, 4_000) * 150),
        "frames: beyond the canvas": gif(9, 9, gif_frame(9, 9), gif_frame(60_000, 60_000)),
        "texts: a bomb": text_bomb(),
        "texts: 2,000 of them": many_texts(),
        "texts: a colour profile": profile_bomb(),
        "chunks: 300,000 empty ones": many_chunks(),
        "blocks: two million": gif(9, 9, b"!\xfe" + b"\x01x" * 2_000_000 + b"\0", gif_frame(9, 9)),
        "scans: a thousand": with_scans(1000),
        "cut off: JPEG": cut(photo),
        "cut off: PNG": cut(saved(drawn(), "png")),
        "cut off: GIF": cut(moving),
        "cut off: WebP": cut(saved(drawn(), "webp")),
        "cut off: AVIF": cut(saved(drawn(), "avif", speed=10), 0.8),
        "cut off: rows of a large PNG": png_without_end(),
        "cut off: data of a large WebP": webp_without_end(),
        "cut off: data of a large AVIF": avif_without_data(),
        "lies: a JPEG's size": with_lying_header(jpeg(), 3000, 4000),
        "lies: a WebP's size": webp_with_size(3000, 3000),
        "lies: a PNG's size": png(4000, 4000, rows=bytes(9)),
        "lies: a GIF's size": gif(4000, 4000, gif_frame(4000, 4000)),
        "wrong: SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "wrong: HTML": SCRIPT,
        "wrong: TIFF": saved(drawn(), "tiff"),
        "wrong: BMP": saved(drawn(), "bmp"),
        "wrong: ICO": saved(drawn(), "ico"),
        "wrong: PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "wrong: nothing": b"",
        "wrong: zeros": bytes(1000),
        "wrong: the first bytes of a JPEG": b"\xff\xd8\xff" + SCRIPT,
        "polyglot: GIF and script": b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
        "polyglot: GIF and archive": moving + ZIP,
        "polyglot: PNG and archive": saved(drawn(), "png") + ZIP,
        "polyglot: WebP and page": saved(drawn(), "webp") + SCRIPT,
    }


@cache
def odd():
    """What decoders let pass, since it ends as it should: the rest is grey, black or enlarged."""
    end = b"\xff\xd9"
    return {
        "a JPEG without half of its data": cut(jpeg(1600, 1200)) + end,
        "a progressive JPEG without its last part": cut(with_scans(9, 1200), 0.9) + end,
        "a PNG without its last rows": png(1000, 1000, rows=bytes(1001) * 990),
        "an AVIF smaller than its container": avif_with_size(1000, 1000),
    }
