"""Plain-text excerpts of posts, for descriptions and lists."""

import re
from html import unescape

import nh3

from forum.text.letters import cut, is_word_boundary

# characters of HTML for one of text: markup may hide that much, the rest of the post isn't read
LOOKED_AT = 40
UNSEEN = {"details"}  # quotes that are folded
UNFINISHED = re.compile(r"(?:<[^<>]*|&[#\w]*)\Z")


def excerpt(html, length=200):
    """At most `length` characters of plain text from rendered HTML. Escape it again wherever it is
    shown.
    """
    cut = len(html) > length * LOOKED_AT
    beginning = UNFINISHED.sub("", html[: length * LOOKED_AT]) if cut else html
    text = " ".join(unescape(nh3.clean(beginning, tags=set(), clean_content_tags=UNSEEN)).split())
    return text if len(text) <= length and not cut else _shortened(text, length)


def _shortened(text, length):
    kept = cut(text, length - 1)
    ends = range(len(kept), len(kept) // 2, -1)  # a word that is longer than half of it is cut
    end = next((end for end in ends if is_word_boundary(text, end)), len(kept))
    return kept[:end].rstrip(" .,;:、。，；：") + "…"
