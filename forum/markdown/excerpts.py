"""Plain-text excerpts of posts, for descriptions and lists."""

import re
from html import escape, unescape

import nh3

from forum.markdown import footnotes, sections, spoilers
from forum.text.letters import cut, is_word_boundary

# Characters of HTML to read per character of text; bounds the work for long posts.
HTML_PER_CHARACTER = 40
HIDDEN = {"details"}  # folded quotes
IMAGE = re.compile(r'<img (?:[^>"]|"[^"]*")*>')
ALT = re.compile(r' alt="([^"]*)"')
UNFINISHED = re.compile(r"(?:<[^<>]*|&[#\w]*)\Z")


def excerpt(html, length=200):
    """At most `length` characters of plain text from rendered HTML; not escaped."""
    limit = length * HTML_PER_CHARACTER
    is_cut = len(html) > limit
    beginning = UNFINISHED.sub("", html[:limit]) if is_cut else html
    text = " ".join(plain_text(beginning).split())
    return text if len(text) <= length and not is_cut else _shortened(text, length)


def plain_text(html):
    """The text of rendered HTML without folded quotes and spoilers; not escaped."""
    shown = footnotes.without_links(spoilers.without(with_words(html)))
    return unescape(nh3.clean(sections.unfolded(shown), tags=set(), clean_content_tags=HIDDEN))


def with_words(html):
    """Rendered HTML with the descriptions of pictures in place of these."""
    return IMAGE.sub(description, html) if "<img" in html else html


def description(image):
    words = ALT.search(image[0])
    return escape(unescape(words[1])) if words else ""


def _shortened(text, length):
    kept = cut(text, length - 1)
    ends = range(len(kept), len(kept) // 2, -1)  # cuts a word only if it is longer than half
    end = next((end for end in ends if is_word_boundary(text, end)), len(kept))
    return kept[:end].rstrip(" .,;:、。，；：") + "…"
