"""Emoji by their names, as in :smile:. They become characters, so any page and any mail has them.

The table is static/vendor/emoji.json, which the composer loads as well (deploy/emoji_table.py).
"""

import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings

from forum.text import letters

CODE = re.compile(r":([a-z0-9_+-]{1,50}):")


def plug_into(md):
    md.inline.ruler.before("link", "emoji", emoji)


def emoji(state, silent):
    """Inline rule. Not within words or times, as in 10:30:45."""
    if state.src[state.pos] != ":":
        return False
    found = CODE.match(state.src, state.pos)
    if not found or found[1] not in table() or not _stands_alone(state.src, *found.span()):
        return False
    if not silent:
        state.pending += table()[found[1]]
    state.pos = found.end()
    return True


def _stands_alone(text, start, end):
    after = text[end : end + 1]
    is_at_end = not after or not letters.is_letter(after) or letters.RUNS_ON.match(after)
    return letters.begins_word(text, start) and is_at_end


def escaped(text):
    """`text` with a backslash before what would be shown as an emoji."""
    return CODE.sub(lambda found: "\\" * (found[1] in table()) + found[0], text)


@cache
def table():
    """{name: character}"""
    path = Path(settings.BASE_DIR) / "static" / "vendor" / "emoji.json"
    groups = json.loads(path.read_text("utf-8"))
    return {name: character for group in groups for character, names in group for name in names}
