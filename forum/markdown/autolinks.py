"""Bare addresses become links: http://…, https://…, www.… and mailto:…, trimmed as GitHub does.

Rules: https://github.github.com/gfm/#autolinks-extension-
"""

import re

from forum.markdown.budget import LINK

HOST = r"[^\W_](?:[\w-]*\w)?(?:\.[^\W_](?:[\w-]*\w)?)*"
REST = r"(?::\d{1,5})?(?:[/?#][^\s<>]*)?"
SCHEME_BEFORE = re.compile(r"(?<![^\W_])(?:https?|mailto)\Z", re.IGNORECASE)
NO_LOGIN = r"(?![^\s<>/?#]{0,200}@)"  # user:password@host, which can disguise the host
WEB = re.compile(rf"://{NO_LOGIN}{HOST}{REST}")
WWW = re.compile(rf"www\.{HOST}{REST}", re.IGNORECASE)
MAIL = re.compile(rf":[\w.+-]{{1,64}}@{HOST}")
LONGEST = 2_000
TRAILING = "?!.,:;*_~'\""
BRACKETS = {")": "(", "]": "["}


def plug_into(md):
    md.inline.add_terminator_char("w")
    md.inline.add_terminator_char("W")
    md.inline.ruler.push("schemed_address", schemed_address)
    md.inline.ruler.push("www_address", www_address)


def schemed_address(state, silent):
    """Inline rule, at the colon of http:, https: and mailto:."""
    if silent or state.linkLevel or state.src[state.pos] != ":":
        return False
    scheme = SCHEME_BEFORE.search(state.src[max(0, state.pos - 7) : state.pos])
    if not scheme or not state.pending.endswith(scheme[0]):
        return False
    pattern = MAIL if scheme[0].lower() == "mailto" else WEB
    address = _address_at(pattern, state)
    if not address or not state.md.validateLink(scheme[0] + address):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    _push_link(state, scheme[0] + address, scheme[0] + address)
    state.pos += len(address)
    return True


def www_address(state, silent):
    """Inline rule, at the first w of www."""
    if silent or state.linkLevel or state.src[state.pos] not in "wW":
        return False
    if state.pos and (state.src[state.pos - 1].isalnum() or state.src[state.pos - 1] in "./-@"):
        return False
    address = _address_at(WWW, state)
    if not address or "." not in address[4:]:
        return False
    _push_link(state, f"http://{address}", address)
    state.pos += len(address)
    return True


def _address_at(pattern, state):
    found = pattern.match(state.src, state.pos, min(state.posMax, state.pos + LONGEST))
    return _trimmed(found[0]) if found else None


def _trimmed(address):
    """Without the punctuation that belongs to the sentence, and without a bracket that was opened outside."""
    surplus = {close: address.count(close) - address.count(open) for close, open in BRACKETS.items()}
    end = len(address)
    while end and (address[end - 1] in TRAILING or surplus.get(address[end - 1], 0) > 0):
        if address[end - 1] in surplus:
            surplus[address[end - 1]] -= 1
        end -= 1
    return address[:end]


def _push_link(state, address, text):
    state.env["budget"].spend(LINK)
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": state.md.normalizeLink(address)}
    opening.info = "auto"
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)
