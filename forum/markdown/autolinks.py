"""Links bare addresses (http://, https://, www., mailto:), trimmed by the rules of GFM.

Rules: https://github.github.com/gfm/#autolinks-extension-; in addition, an address ends at Chinese
or Japanese punctuation. A link always points to the host as written: if that is invalid, all of it
stays text.
"""

import re
from unicodedata import category

from forum.markdown.budget import LINK
from forum.text.letters import LETTERS, WITHOUT_BLANKS, begins_word

EMOJI = "\u203c\u2049\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"  # also valid in hosts
LABEL = rf"(?!_)[{LETTERS}{EMOJI}](?:[{LETTERS}{EMOJI}-]*[{LETTERS}{EMOJI}])?"
HOST = rf"(?P<host>{LABEL}(?:\.{LABEL})*)"
IPV6 = r"\[[0-9A-Fa-f:.]{2,45}\]"
REST = r"(?P<rest>(?::\d+)?(?P<path>[/?#][^\s<>]*)?)"
SCHEME_BEFORE = re.compile(r"(?:https?|mailto)\Z", re.IGNORECASE)
NO_LOGIN = r"(?![^\s<>/?#]{0,200}@)"  # user:password@host, which can disguise the host
WEB = re.compile(rf"://{NO_LOGIN}(?:{HOST}|{IPV6}){REST}")
WWW = re.compile(rf"www\.{HOST}{REST}", re.IGNORECASE)
MAIL = re.compile(rf":[\w.+-]{{1,64}}@{HOST}(?P<rest>(?P<path>))")
MAX_LENGTH, LETTERS_A_UNIT = 2_000, 4  # characters; characters per unit of the budget

# In the last label, which is in one script.
TRAILING_WORDS = re.compile(rf"[A-Za-z0-9-]+(?=[{WITHOUT_BLANKS}])")
HOST_CONTINUES = re.compile(r"[%\w]|\.[_-]|:\d|\\\w")
STOPS = "。，、；！？…｡､"
TRAILING = "?!.,:;*_~'\"“”‘’„«»‹›：·‥⋯．〜؟،؛۔।॥" + STOPS
ENTITY = re.compile(r"&[A-Za-z0-9]{1,31};\Z")
BRACKETS = {")": "(", "]": "["}
WIDE_BRACKETS = dict(zip("）」』】》〉］｣”»〕〗｠", "（「『【《〈［｢“«〔〖｟", strict=True))
ENDINGS = re.compile(f"[{STOPS}{''.join(WIDE_BRACKETS)}{''.join(WIDE_BRACKETS.values())}]")


def plug_into(md):
    md.inline.add_terminator_char("w")
    md.inline.add_terminator_char("W")
    md.inline.ruler.push("schemed_address", schemed_address)
    md.inline.ruler.push("www_address", www_address)


def schemed_address(state, silent):
    """Inline rule, triggered at the colon of http:, https: and mailto:."""
    if silent or state.linkLevel or state.src[state.pos] != ":":
        return False
    scheme = SCHEME_BEFORE.search(state.src[max(0, state.pos - 6) : state.pos])
    if (
        not scheme
        or not state.pending.endswith(scheme[0])
        or not begins_word(state.src, state.pos - len(scheme[0]))
    ):
        return False
    pattern = MAIL if scheme[0].lower() == "mailto" else WEB
    address = _address_at(pattern, state)
    return _link(state, address, before=scheme[0])


def www_address(state, silent):
    """Inline rule, triggered at the first w of www."""
    if silent or state.linkLevel or state.src[state.pos] not in "wW":
        return False
    if state.src[max(0, state.pos - 1) : state.pos] in tuple("./-@") or not begins_word(
        state.src, state.pos
    ):
        return False
    address = _address_at(WWW, state)
    return "." in (address or "")[4:] and _link(state, address, scheme="http://")


def _address_at(pattern, state):
    found = pattern.match(state.src, state.pos, min(state.posMax, state.pos + MAX_LENGTH))
    if not found:
        return None
    # Counted even if it turns out not to be a link.
    state.env["budget"].spend(len(found[0]) // LETTERS_A_UNIT)
    words = _trailing_words(found["host"] or "")
    if words:
        return found[0][: found.end("host") - found.start() - words]
    if not found["path"] and _may_continue_host(state.src[found.end() : state.posMax][:2]):
        return None
    return _trimmed(_until_sentence_ends(found[0], found.start("rest") - found.start()))


def _trailing_words(host):
    """The number of letters after the host in a script without spaces, as in example.org谢谢."""
    last = host.rpartition(".")[2]
    found = TRAILING_WORDS.match(last) if "." in host else None
    return len(last) - found.end() if found else 0


def _may_continue_host(following):
    """Whether the following text could be part of host or port, so that the link would be wrong."""
    if not following:
        return False
    if not following[0].isascii():
        return category(following[0])[0] not in "PZ"
    return HOST_CONTINUES.match(following) is not None


def _until_sentence_ends(address, start):
    """The address up to Chinese or Japanese punctuation, or a closing bracket, after the host."""
    opened = []
    for ending in ENDINGS.finditer(address, start):
        if ending[0] in WIDE_BRACKETS.values():
            opened.append(ending[0])
        elif opened and WIDE_BRACKETS.get(ending[0]) == opened[-1]:
            opened.pop()
        else:
            return address[: ending.start()]
    return address


def _trimmed(address):
    """The address without trailing punctuation and unmatched closing brackets."""
    surplus = {
        close: address.count(close) - address.count(open) for close, open in BRACKETS.items()
    }
    end = len(address)
    while end and (address[end - 1] in TRAILING or surplus.get(address[end - 1], 0) > 0):
        if address[end - 1] in surplus:
            surplus[address[end - 1]] -= 1
        entity = ENTITY.search(address, max(0, end - 33), end) if address[end - 1] == ";" else None
        end = entity.start() if entity else end - 1
    return address[:end]


def _link(state, address, before="", scheme=""):
    """Link `address`, together with `before`, which was parsed as text; False if not allowed."""
    text = f"{before}{address}"
    href = state.md.normalizeLink(f"{scheme}{text}") if address else ""
    if not state.md.validateLink(href):
        return False
    state.env["budget"].spend(LINK)
    state.pending = state.pending.removesuffix(before)
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": href}
    opening.info = "auto"
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)
    state.pos += len(address)
    return True
