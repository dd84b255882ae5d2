"""Decodes a picture with Pillow and encodes it anew. Runs in the worker alone.

The order matters for memory: a picture of 16 megapixels takes 64 MB each time it is copied.
"""

import io
import warnings

from PIL import GifImagePlugin, Image, ImageCms, ImageOps, PngImagePlugin

from .errors import DAMAGED, Refused
from .limits import AVATAR_SIDES, LARGE_SIDE, MAX_JPEG_PIXELS, MAX_TEXT, THUMBNAIL_WIDTHS

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = MAX_TEXT
GifImagePlugin.LOADING_STRATEGY = GifImagePlugin.LoadingStrategy.RGB_AFTER_DIFFERENT_PALETTE_ONLY

OPTIONS = {
    "jpeg": {"quality": 85},
    "png": {},
    "webp": {"quality": 85, "method": 2},
    "avif": {"quality": 70, "speed": 9, "max_threads": 1},
    "gif": {},
}
# What each format stores; another mode becomes the last of them, or the first with transparency.
MODES = {
    "jpeg": ("L", "RGB"),
    "png": ("RGBA", "1", "L", "LA", "P", "RGB"),
    "webp": ("RGBA", "RGB"),
    "avif": ("RGBA", "RGB"),
    "gif": ("P", "L", "RGBA", "RGB"),
}
SCALED_MODES = {"1": "L", "P": "RGB"}  # in which a reduced picture looks smooth


def encoded(data, header):
    """Yield (name, bytes): "large" first, then thumbnails by their width.

    An animation has no thumbnails. Raises what Pillow raises, and Refused.
    """
    image = opened(data, header)
    if header.frames > 1:
        yield "large", animation(image, header.frames)
        return
    image = shown(image, header.kind)
    size, largest = image.size, LARGE_SIDE[header.kind]
    if max(size) > largest:
        image = scaled(image, size, size[0] * largest / max(size))
    yield "large", saved(image, header.kind)
    for width in sorted(THUMBNAIL_WIDTHS, reverse=True):
        if width < image.width:
            image = scaled(image, size, width)
            yield str(width), saved(image, header.kind)


def avatar(data, header):
    """Yield (name, bytes) of squares from the middle of a picture: "large" and "96".

    WebP without transparency, whatever it was: others would be large, or show what is below.
    """
    image = shown(opened(data, header), header.kind)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side))
    if image.mode in ("1", "P", "LA"):
        image = image.convert("RGBA")
    for name, width in zip(("large", "96"), AVATAR_SIDES, strict=True):
        image = scaled(image, (side, side), width)
        yield name, saved(on_white(image), "webp")


def on_white(image):
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def opened(data, header):
    if header.kind in ("webp", "avif"):
        plug_in(header.kind)
    image = Image.open(io.BytesIO(data), formats=[header.kind.upper()])
    if image.size != (header.width, header.height):
        raise Refused(DAMAGED)
    if header.reduction > 1:
        image.draft(None, (header.width // header.reduction, header.height // header.reduction))
    image.load()
    return image


def plug_in(kind):
    """Otherwise Pillow would import all its formats."""
    if kind == "webp":
        from PIL import WebPImagePlugin  # noqa: F401
    else:
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def shown(image, kind):
    """The image as it is to be seen: upright, in sRGB, and without what else was in the file."""
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    transparency = image.info.get("transparency")
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode not in MODES[kind]:
        image = image.convert(MODES[kind][0 if transparency is not None else -1])
    elif transparency is not None and image.mode in ("RGB", "L"):
        image = image.convert({"RGB": "RGBA", "L": "LA"}[image.mode])
    is_kept = image.mode == "P" and transparency is not None
    image.info = {"transparency": transparency} if is_kept else {}
    return in_srgb(image, profile)


def in_srgb(image, profile):
    if not profile or image.mode not in ("RGB", "RGBA"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" not in ImageCms.getProfileDescription(source):
            ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), inPlace=True)
    except (ImageCms.PyCMSError, OSError, ValueError):
        pass  # shown as if it had none
    return image


def scaled(image, size, width):
    """The image with this width, in the proportions of `size`."""
    if image.mode in SCALED_MODES:
        mode = "RGBA" if "transparency" in image.info else SCALED_MODES[image.mode]
        image = image.convert(mode)
        image.info = {}
    size = round(width), max(1, round(size[1] * width / size[0]))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def saved(image, kind):
    if kind == "webp":
        plug_in(kind)
    target = io.BytesIO()
    image.save(target, kind.upper(), **OPTIONS[kind])
    return target.getbuffer()


def animation(image, frames):
    loop = {"loop": image.info["loop"]} if "loop" in image.info else {}
    pictures, durations = [], []
    for number in range(frames):
        image.seek(number)
        image.load()
        durations.append(image.info.get("duration", 0))
        picture = image.copy()
        kept = picture.info.get("transparency")
        picture.info = {} if kept is None else {"transparency": kept}
        pictures.append(picture)
    target = io.BytesIO()
    first, *others = pictures
    first.save(
        target, "GIF", save_all=True, append_images=others, duration=durations, disposal=2, **loop
    )
    return target.getbuffer()
