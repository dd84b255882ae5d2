"""Where links may lead, and what is said about those that lead away from this site."""

import re
from urllib.parse import urlsplit

from django.conf import settings

ALLOWED = re.compile(r"(?:https?://[^/?#]|mailto:[^?#]|/(?![/\\])|#)", re.IGNORECASE)
PLAIN = re.compile(r"[\w./:?#&=~+,;@!-]*\Z", re.ASCII)  # nothing here needs escaping in an address
FOREIGN = "nofollow ugc noopener"


def plug_into(md):
    md.core.ruler.push("link_relations", mark_foreign_links)


def is_plain(url):
    return PLAIN.match(url) is not None


def is_allowed(url):
    return ALLOWED.match(url) is not None


def mark_foreign_links(state):
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "link_open" and not is_own(child.attrs["href"]):
                child.attrs["rel"] = FOREIGN


def is_own(url):
    """Whether an address that is_allowed leads to this very site."""
    if url.startswith(("/", "#")):
        return True
    own = urlsplit(getattr(settings, "SITE_URL", ""))
    try:
        there = urlsplit(url)
    except ValueError:
        return False
    return bool(own.netloc) and there.scheme in ("http", "https") and there.netloc.lower() == own.netloc.lower()
