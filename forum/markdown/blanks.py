"""Checks whether a text renders to anything visible."""

import re
from html import unescape

from forum.text.short_text import is_visible

TAG = re.compile(r"<[^>]*>")
SHOWS_WITHOUT_TEXT = re.compile(r"<(?:hr|input)\b")


def is_blank(html):
    """Whether rendered HTML shows nothing."""
    return not SHOWS_WITHOUT_TEXT.search(html) and not is_visible(unescape(TAG.sub("", html)))
