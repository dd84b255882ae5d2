"""@mentions of members and groups: found while parsing, resolved at once when rendering."""

import re
from urllib.parse import quote

from markdown_it.common.utils import escapeHtml

from forum.text import letters
from forum.usernames.rules import CHARACTERS, MAX_LENGTH, MIN_LENGTH, folded

LIMIT = 50  # different names per text
MAX_EMPHASIS = 3  # underscores
COST = 2  # units of the budget, per name that a mention could stand for
CANDIDATE = re.compile(rf"@([{CHARACTERS}]{{{MIN_LENGTH},100}})")
SEPARATORS = "._-"
NOT_BEFORE = frozenset("@/.+-=&_")  # part of an email or web address


def plug_into(md):
    md.inline.ruler.before("link", "mention", mention)
    md.add_render_rule("mention", show)


def mention(state, silent):
    """Inline rule: makes a token, which `show` renders as a link or as text."""
    if silent or state.linkLevel or state.src[state.pos] != "@":
        return False
    text = _text_at(state.src, state.pos)
    if not text or not _still_allowed(folded(text), state.env["people"]):
        return False
    names = _names_in(text)
    state.env["budget"].spend(COST * len(names))
    state.env["names"].update(names)
    token = state.push("mention", "a", 0)
    token.content, token.meta = f"@{text}", {"names": names}
    state.pos += len(text) + 1
    return True


def _text_at(text, position):
    """The text after @ if it could begin with a name, or None.

    In scripts without spaces it includes the following words.
    """
    found = CANDIDATE.match(text, position)
    if not found or not _may_begin(text, position):
        return None
    name = found[1].rstrip(SEPARATORS)
    end = position + 1 + len(name)
    is_address = text[end : end + 1] == "@" and not letters.begins_word(text, end)
    return name if _may_be_name(name, len(name), whole=True) and not is_address else None


def _may_begin(text, position):
    """Whether an @ here can begin a mention: not inside an address; emphasis may precede it."""
    start = position
    while start and text[start - 1] == "_" and position - start < MAX_EMPHASIS:
        start -= 1
    return text[max(0, start - 1) : start] not in NOT_BEFORE and letters.begins_word(text, start)


def _names_in(text):
    """{folded name: its end in `text`} of all possible names, the longest first."""
    ends = [len(text), *(end for end in range(len(text) - 1, 0, -1) if _may_be_name(text, end))]
    names = {folded(text[:end]): end for end in reversed(ends)}
    return {name: names[name] for name in reversed(names) if MIN_LENGTH <= len(name) <= MAX_LENGTH}


def _may_be_name(text, end, whole=False):
    """Whether text[:end] may be a name: begins and ends with a letter, at the end of a word."""
    first, last, after = text[0], text[end - 1], text[end : end + 1]
    if not first.isalnum() or last in SEPARATORS:
        return False
    if whole:
        return True
    if not (letters.RUNS_ON.match(last) or letters.RUNS_ON.match(after)):
        return False
    # Not before a mark or joiner, which belongs to the preceding letter.
    return after.isalnum() or after in SEPARATORS


def _still_allowed(text, people):
    if text not in people and len(people) >= LIMIT:
        return False
    people.add(text)
    return True


def named_by(token, known):
    """(end of the name, whom it names) of the longest known name, or None."""
    return next(
        ((end, known[name]) for name, end in token.meta["names"].items() if name in known), None
    )


def show(renderer, tokens, index, options, env):
    """After a renaming the id is still right, and the old address redirects to the new one."""
    token = tokens[index]
    found = named_by(token, env["known"])
    if found is None:
        return escapeHtml(token.content)
    end, (pk, name, *is_group) = found
    rest = escapeHtml(token.content[1 + end :])
    if is_group:
        return f'<span class="mention" data-group="{pk}">@{escapeHtml(name)}</span>{rest}'
    address = f"/u/{quote(name, safe='')}/"
    return f'<a class="mention" href="{address}" data-member="{pk}">@{escapeHtml(name)}</a>{rest}'
