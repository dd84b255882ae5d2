"""Pictures and files of the forum's own: found while parsing, resolved at once when rendering."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml

from forum.markdown.links import is_own

PATH = re.compile(r"/uploads/([0-9a-f]{32})\Z")
LIMIT = 100  # different ones per text
SIZES = "(max-width: 48rem) 100vw, 45rem"


def name_in(address):
    """The name of the upload that an address leads to, or None."""
    if "/uploads/" not in address or not is_own(address):
        return None
    found = PATH.search(urlsplit(address).path)
    return found[1] if found else None


def note(address, env):
    """The name in an address that may be of an upload, or None; remembers it for the renderer."""
    name, names = name_in(address), env["uploads"]
    if name is None or (name not in names and len(names) >= LIMIT):
        return None
    names.add(name)
    return name


def show(renderer, tokens, index, options, env):
    """A picture of ours, in a link to the large one; a link if it is no picture, or unknown."""
    token = tokens[index]
    name, alt, inside_link = token.meta["name"], token.content, token.meta["inside_link"]
    picture = env["pictures"].get(name)
    address = f"/uploads/{name}"
    if picture is None:
        words = escapeHtml(alt or address)
        return words if inside_link else f'<a href="{address}">{words}</a>'
    if picture.refusal:
        return refused(alt, picture.refusal)
    image = image_of(address, alt, token.attrs.get("title", ""), picture)
    if inside_link or not picture.is_ready:
        return image
    label = "" if alt else f' aria-label="{escapeHtml(_("Picture without a description"))}"'
    return f'<a class="picture" href="{address}"{label}>{image}</a>'


def refused(alt, reason):
    """Words in the place of a picture; the reason is shown to the author alone, by a stylesheet."""
    words = escapeHtml(_("This picture could not be used."))
    words = f"{escapeHtml(alt)}: {words}" if alt else words
    own = f'<span class="post__own">{escapeHtml(reason)}</span>'
    return f'<span class="picture__refused">{words} {own}</span>'


def image_of(address, alt, title, picture):
    size = f'width="{picture.width}" height="{picture.height}"'
    words = f'alt="{escapeHtml(alt)}"' + (f' title="{escapeHtml(str(title))}"' if title else "")
    rest = f'{words} {size} loading="lazy" decoding="async"'
    if not picture.is_ready:
        return f'<img class="picture__waiting" src="{address}/waiting" {rest}>'
    if not picture.widths:
        return f'<img class="picture__image" src="{address}" {rest}>'
    sources = [(f"{address}/{width}", width) for width in picture.widths]
    source = sources[-1][0]
    srcset = ", ".join(f"{one} {width}w" for one, width in [*sources, (address, picture.width)])
    return f'<img class="picture__image" src="{source}" srcset="{srcset}" sizes="{SIZES}" {rest}>'
