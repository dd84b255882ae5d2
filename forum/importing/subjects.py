"""Removes prefixes and tags that mail programs and lists add to subjects."""

import re
from dataclasses import dataclass

from forum.importing.headers import DIRECTIONS
from forum.text.letters import LETTERS

REPLY = re.compile(
    r"(?:re|r|aw|antw|antwort|sv|vs|ref|rif|res|odp|ynt|vá|отв|ответ|答复|回复|答覆|回覆|返信|답장|회신)\s?(?:\[\d+\]|\(\d+\))?\s*[:：]\s*",
    re.I,
)
FORWARD = re.compile(r"(?:fwd?|wg|tr|rv|enc|转发|轉寄|转寄|轉發|전달)\s*[:：]\s*", re.I)
WORD = re.compile(rf"[{LETTERS}]+")
TAG = re.compile(r"\[([^\[\]]{1,40})\]\s*")
SPAM = re.compile(r"\*+\s*(?:spam|bulk|suspected spam|possible spam)\s*\*+\s*", re.I)
LAST_TAG = re.compile(r"\s*\[([^\[\]]{1,40})\]$")

# Added by mail gateways; unrelated to the topic.
GATEWAY_TAGS = {
    "ext",
    "extern",
    "external",
    "external email",
    "external sender",
    "external mail",
    "internal use only",
    "public",
}
GATEWAY_TAGS |= {
    "e",
    "spam",
    "suspected spam",
    "possible spam",
    "caution",
    "encrypted",
    "secure",
    "non-dod source",
}


@dataclass(frozen=True, slots=True)
class Subject:
    title: str
    is_reply: bool
    key: str
    """The same for all subjects of one discussion; "" if there is nothing to compare."""


def clean(text, list_name=""):
    rest, tags, is_reply = " ".join(DIRECTIONS.sub("", text).split()), [], False
    dropped = GATEWAY_TAGS | {list_name.casefold()}
    while (match := LAST_TAG.search(rest)) and match[1].strip().casefold() in dropped:
        rest = rest[: match.start()]
    while rest:
        if match := REPLY.match(rest):
            is_reply = True
        elif match := TAG.match(rest):
            if match[1].strip().casefold() not in dropped and match[0].strip() not in tags:
                tags.append(match[0].strip())
        elif not (match := FORWARD.match(rest) or SPAM.match(rest)):
            break
        rest = rest[match.end() :]
    return Subject(" ".join([*tags, rest]).strip(), is_reply, _key(rest))


def _key(rest):
    return " ".join(WORD.findall(rest.casefold()))
