"""@names. Found while parsing, linked when rendering, once it is known who exists."""

import re
from urllib.parse import quote

from markdown_it.common.utils import escapeHtml

from forum.names import folded

LIMIT = 50
CANDIDATE = re.compile(r"@([\w.-]{3,100})")
NAME = re.compile(r"[^\W_][\w.-]{1,28}[^\W_]\Z")
NOT_BEFORE = frozenset("@/.+-=&_")  # these stand inside e-mail and web addresses


def plug_into(md):
    md.inline.ruler.before("link", "mention", mention)
    md.add_render_rule("mention", show)


def mention(state, silent):
    """Inline rule: a token for a name, which `show` turns into a link or leaves as text."""
    if silent or state.linkLevel or state.src[state.pos] != "@":
        return False
    name = _name_at(state.src, state.pos)
    if not name or not _still_allowed(folded(name), state.env["names"]):
        return False
    token = state.push("mention", "a", 0)
    token.content, token.meta = f"@{name}", {"name": folded(name)}
    state.pos += len(name) + 1
    return True


def _name_at(text, position):
    before = text[position - 1] if position else " "
    found = CANDIDATE.match(text, position)
    if before.isalnum() or before in NOT_BEFORE or not found:
        return None
    name = found[1].rstrip("._-")
    follows = text[position + 1 + len(name) : position + 2 + len(name)]
    return name if NAME.match(name) and follows != "@" else None


def _still_allowed(name, names):
    if name not in names and len(names) >= LIMIT:
        return False
    names.add(name)
    return True


def show(renderer, tokens, index, options, env):
    """The id stays right when the member is renamed; the address then leads on to the new one."""
    token = tokens[index]
    member = env["known"].get(token.meta["name"])
    if member is None:
        return escapeHtml(token.content)
    member_id, username = member
    address = f"/u/{quote(username, safe='')}/"
    return f'<a class="mention" href="{address}" data-member="{member_id}">@{escapeHtml(username)}</a>'
