"""Writes Markdown that shows a given text."""

import re

from forum.markdown import emoji

SPECIAL = re.compile(r"[\\`*_\[\]<>~|]|&(?=#?\w+;)")


def link(text, url):
    """A link with just this text, which has one line."""
    words = SPECIAL.sub(r"\\\g<0>", text)
    return f"[{emoji.escaped(words)}]({url})"
