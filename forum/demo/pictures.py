"""Pictures of the demo forum, drawn here so that they belong to nobody."""

import io

from PIL import Image, ImageChops, ImageDraw

SIZE = WIDTH, HEIGHT = 1200, 800
NIGHT, DUSK, MOON, ROOF = (28, 38, 74), (226, 146, 92), (255, 246, 220), (22, 20, 26)


def crescent():
    """A JPEG of a thin, broken crescent above a roof."""
    picture = sky()
    picture.paste(MOON, mask=sliver((560, 260, 700, 400)))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 640), (340, 560), (700, 640), (700, HEIGHT), (0, HEIGHT)], ROOF)
    draw.rectangle((860, 430, 930, HEIGHT), ROOF)  # the chimney
    draw.rectangle((640, 690, WIDTH, HEIGHT), ROOF)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=88)
    return target.getvalue()


def sky():
    blend = Image.linear_gradient("L").resize(SIZE)
    return Image.composite(Image.new("RGB", SIZE, DUSK), Image.new("RGB", SIZE, NIGHT), blend)


def sliver(box):
    """The lower right edge of a disc, broken in three places."""
    left, top, right, bottom = box
    disc, dark = Image.new("L", SIZE), Image.new("L", SIZE)
    ImageDraw.Draw(disc).ellipse(box, 255)
    ImageDraw.Draw(dark).ellipse((left - 5, top - 5, right - 5, bottom - 5), 255)
    edge = ImageChops.subtract(disc, dark)
    for x, y in ((right - 12, top + 58), (right - 34, bottom - 30), (left + 78, bottom - 6)):
        ImageDraw.Draw(edge).ellipse((x - 7, y - 7, x + 7, y + 7), 0)
    return edge


DRAWN = {"crescent": crescent}
