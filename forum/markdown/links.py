"""Validates link targets, and marks links to other sites."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from markdown_it.token import Token

from forum.markdown import addresses
from forum.text.short_text import is_visible

ALLOWED = re.compile(r"(?:https?://|mailto:[^?#]|/(?![/\\])|#)", re.IGNORECASE)
PLAIN = re.compile(r"[\w./:?#&=~+,;@!-]*\Z", re.ASCII)  # nothing here needs escaping in an address
FOREIGN = "nofollow ugc noopener"


def plug_into(md):
    md.core.ruler.push("mark_links", mark_links)


def is_plain(url):
    return PLAIN.match(url) is not None


def is_allowed(url):
    """Of an address as it would be linked; any other stays as it was written."""
    return ALLOWED.match(url) is not None and (url[0] in "/#" or addresses.is_sound(url))


def mark_links(state):
    for token in state.tokens:
        if any(child.type == "link_open" for child in token.children or ()):
            token.children = list(_marked(token.children))


def _marked(children):
    """Links cannot hold links (CommonMark 0.31.2, section 6.3), so at most one is open."""
    link = None  # the one that is open
    for child in children:
        if child.type == "link_open":
            link, seen = child, False
            _mark(link)
        elif child.type == "link_close" and link:
            if not seen and not link.hidden:
                # or nobody would see that there is a link
                yield Token("text", "", 0, content=link.attrs["href"])
            child.hidden = link.hidden
        elif link:
            seen = seen or is_visible(child.content)
        yield child


def _mark(link):
    link.hidden = not link.attrs["href"]  # [text]() would lead to whatever page it is shown on
    if not is_own(link.attrs["href"]):
        link.attrs["rel"] = FOREIGN


def is_own(url):
    """Whether an address that is_allowed leads to this very site."""
    if url.startswith(("/", "#")):
        return True
    own = urlsplit(getattr(settings, "SITE_URL", ""))
    try:
        there = urlsplit(url)
    except ValueError:
        return False
    return (
        bool(own.netloc)
        and there.scheme in ("http", "https")
        and there.netloc.lower() == own.netloc.lower()
    )
