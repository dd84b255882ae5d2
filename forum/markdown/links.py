"""Validates link targets, and marks links to other sites."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from markdown_it.token import Token

from forum.markdown import addresses
from forum.text.short_text import is_visible

ALLOWED = re.compile(r"(?:https?://|mailto:[^?#]|/(?![/\\])|#)", re.IGNORECASE)
PLAIN = re.compile(r"[\w./:?#&=~+,;@!-]*\Z", re.ASCII)  # needs no escaping in a URL
FOREIGN = "nofollow ugc noopener"


def plug_into(md):
    md.core.ruler.push("mark_links", mark_links)


def is_plain(url):
    return PLAIN.match(url) is not None


def is_allowed(url):
    """Whether a normalised URL may be linked; other ones stay text."""
    return ALLOWED.match(url) is not None and (url[0] in "/#" or addresses.is_valid(url))


def mark_links(state):
    for token in state.tokens:
        if any(child.type == "link_open" for child in token.children or ()):
            token.children = list(_marked(token.children))


def _marked(children):
    """Links can't contain links (CommonMark 0.31.2, section 6.3), so at most one is open."""
    link = None  # the open one
    for child in children:
        if child.type == "link_open":
            link, seen = child, False
            _mark(link)
        elif child.type == "link_close" and link:
            if not seen and not link.hidden:
                # Show the address of a link without visible text.
                yield Token("text", "", 0, content=link.attrs["href"])
            child.hidden = link.hidden
        elif link:
            seen = seen or is_visible(child.content)
        yield child


def _mark(link):
    link.hidden = not link.attrs["href"]  # [text]() would link to the current page
    if not is_own(link.attrs["href"]):
        link.attrs["rel"] = FOREIGN


def is_own(url):
    """Whether an allowed URL points to this site."""
    if url.startswith(("/", "#")):
        return True
    own = urlsplit(getattr(settings, "SITE_URL", ""))
    try:
        target = urlsplit(url)
    except ValueError:
        return False
    return (
        bool(own.netloc)
        and target.scheme in ("http", "https")
        and target.netloc.lower() == own.netloc.lower()
    )
