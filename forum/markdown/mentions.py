"""@mentions: found while parsing, resolved in one query when rendering."""

import re
from urllib.parse import quote

from markdown_it.common.utils import escapeHtml

from forum.text import letters
from forum.usernames.rules import CHARACTERS, MAX_LENGTH, MIN_LENGTH, folded

LIMIT = 50
LONGEST_EMPHASIS = 3  # underscores
COST = 2  # of each name that a mention could be
CANDIDATE = re.compile(rf"@([{CHARACTERS}]{{{MIN_LENGTH},100}})")
SEPARATORS = "._-"
NOT_BEFORE = frozenset("@/.+-=&_")  # these stand inside e-mail and web addresses


def plug_into(md):
    md.inline.ruler.before("link", "mention", mention)
    md.add_render_rule("mention", show)


def mention(state, silent):
    """Inline rule: a token for a name, which `show` turns into a link or leaves as text."""
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
    """What could be a name, or one with the words behind it in a script that has no blanks."""
    found = CANDIDATE.match(text, position)
    if not found or not _may_begin(text, position):
        return None
    name = found[1].rstrip(SEPARATORS)
    end = position + 1 + len(name)
    is_address = text[end : end + 1] == "@" and not letters.begins_word(text, end)
    return name if _may_be_name(name, len(name), whole=True) and not is_address else None


def _may_begin(text, position):
    """Not inside of an address; the underscores of _emphasis_ may stand before the sign."""
    start = position
    while start and text[start - 1] == "_" and position - start < LONGEST_EMPHASIS:
        start -= 1
    return text[max(0, start - 1) : start] not in NOT_BEFORE and letters.begins_word(text, start)


def _names_in(text):
    """{folded name: where it ends}, the longest first."""
    ends = [len(text), *(end for end in range(len(text) - 1, 0, -1) if _may_be_name(text, end))]
    names = {folded(text[:end]): end for end in reversed(ends)}
    return {name: names[name] for name in reversed(names) if MIN_LENGTH <= len(name) <= MAX_LENGTH}


def _may_be_name(text, end, whole=False):
    """Whether a name may be text[:end]: it begins with a letter, and ends with one where a word may
    end.
    """
    first, last, after = text[0], text[end - 1], text[end : end + 1]
    if not first.isalnum() or last in SEPARATORS:
        return False
    if whole:
        return True
    if not (letters.RUNS_ON.match(last) or letters.RUNS_ON.match(after)):
        return False
    # no mark or joiner, which belongs to the letter before
    return after.isalnum() or after in SEPARATORS


def _still_allowed(text, people):
    if text not in people and len(people) >= LIMIT:
        return False
    people.add(text)
    return True


def member_of(token, known):
    """(where the name ends, (id, username)) of the longest name that somebody has, or None."""
    return next(
        ((end, known[name]) for name, end in token.meta["names"].items() if name in known), None
    )


def show(renderer, tokens, index, options, env):
    """The id stays right when the member is renamed; the address then leads on to the new one."""
    token = tokens[index]
    found = member_of(token, env["known"])
    if found is None:
        return escapeHtml(token.content)
    end, (member_id, username) = found
    address = f"/u/{quote(username, safe='')}/"
    rest = escapeHtml(token.content[1 + end :])
    return (
        f'<a class="mention" href="{address}"'
        f' data-member="{member_id}">@{escapeHtml(username)}</a>{rest}'
    )
