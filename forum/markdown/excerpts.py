"""The first words of a post, as plain text for descriptions and lists."""

from html import unescape

import nh3

LOOKED_AT = 40  # characters of HTML for one of text: markup may hide that much, the rest of the post isn't read


def excerpt(html, length=200):
    """At most `length` characters of plain text from rendered HTML. Escape it again wherever it is shown."""
    beginning = html[: length * LOOKED_AT]
    cut = len(beginning) < len(html)
    text = " ".join(unescape(nh3.clean(beginning.rpartition("<")[0] if cut else beginning, tags=set())).split())
    if len(text) <= length and not cut:
        return text
    return _shortened(text, length)


def _shortened(text, length):
    kept = text[: length - 1]
    if len(text) > len(kept):
        kept = kept.rpartition(" ")[0] or kept
    return kept.rstrip(" .,;:") + "…"
