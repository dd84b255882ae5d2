"""What the headers of a message say: ids, author, date and subject, however they are written."""

import hashlib
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses, mktime_tz, parsedate_tz

from .charsets import clean, decode

ID_LENGTH = 255
FIRST_YEAR = 1970
NAME_LENGTH = 60

ID_HEADERS = re.compile(rb"^(message-id|in-reply-to|references):(.*(?:\r?\n[ \t].*)*)", re.I | re.M)
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
BRACKETED = re.compile(rb"<([^<>]+)>")
ASCTIME = re.compile(r"[A-Z][a-z]{2} +[A-Z][a-z]{2} +\d+ \d\d:\d\d(?::\d\d)? .*\d{4}")
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
VIA = re.compile(r"\s+via\s+[^\s].*$", re.I)


def identify(content):
    """(the message's id, the ids it answers, nearest first) of a raw message. Without an id: a hash of the
    content."""
    end = END_OF_HEADERS.search(content)
    found = {"message-id": [], "in-reply-to": [], "references": []}
    for name, value in ID_HEADERS.findall(content, 0, end.start() + 1 if end else len(content)):
        found[name.decode().lower()] += _ids(value)
    own = next(iter(found["message-id"]), None) or "sha256:" + hashlib.sha256(content).hexdigest()
    answered = dict.fromkeys(found["in-reply-to"] + found["references"][::-1])
    answered.pop(own, None)
    return own, list(answered)


def _ids(value):
    ids = BRACKETED.findall(value) or value.split()[:1]
    return [_id(id) for id in ids if id.strip()]


def _id(raw):
    text = "".join(decode(raw)[0].split())
    return text if len(text) <= ID_LENGTH else "sha256:" + hashlib.sha256(raw).hexdigest()


class Headers:
    """The decoded headers of an `email.message.Message`; what was wrong with them is added to `problems`."""

    def __init__(self, message, problems):
        self.problems = problems
        self.values = {}
        for name, value in message.raw_items():
            self.values.setdefault(name.lower(), []).append(str(value))

    def raw(self, name):
        """The value as it was sent, with folds undone and stray 8-bit bytes decoded."""
        value = next(iter(self.values.get(name, ())), "")
        if not value.isascii():
            self.problems.append("header")
            value = decode(value.encode("utf-8", "surrogateescape"))[0]
        return clean(re.sub(r"\r?\n(?=[ \t])|[\r\n]", "", value))

    def text(self, name):
        return words(self.raw(name), self.problems)

    def author(self):
        """(name, address): of the person, also where the list has put itself into From."""
        name, address = next(self._people("from"), ("", ""))
        if self._is_list(address) or VIA.search(name):
            name = VIA.sub("", name)
            for other_name, other_address in self._people("reply-to", "x-original-from"):
                if not self._is_list(other_address):
                    name, address = name or other_name, other_address
                    break
        if not address:
            self.problems.append("author")
        return name, address.lower()

    def date(self, separator, now=None):
        """When it was sent; if that is missing or can't be, when it arrived; if nobody knows, None."""
        now = now or datetime.now(UTC)
        arrived = ASCTIME.search(separator.decode("ascii", "replace"))
        date = _date(self.raw("date"), now)
        if date is None:
            self.problems.append("date")
            date = arrived and _date(arrived[0], now)
        return date

    def list_name(self):
        match = re.search(r"<([^.<>@]+)[.@]", self.raw("list-id") or self.raw("list-post").replace("mailto:", ""))
        return match[1] if match else ""

    def _is_list(self, address):
        own = [self.raw("list-post").lower(), self.raw("list-id").lower().replace(".", "@", 1)]
        return bool(address) and any(address.lower() in value for value in own)

    def _people(self, *headers):
        """(name, address) of everybody in these headers, names decoded after the commas were understood."""
        for header in headers:
            for name, address in getaddresses([self.raw(header)]):
                if name or address:
                    yield self._name(name, address), address.strip()

    def _name(self, name, address):
        name = " ".join(DIRECTIONS.sub("", words(name, self.problems)).split()).strip("'\" ")
        if "@" in name:  # an address instead of a name: only what stands before the @ is shown
            name = name.split("@")[0].strip("<'\" ")
        return (name or address.split("@")[0])[:NAME_LENGTH].strip()


def words(value, problems):
    """`value` with its encoded words decoded; a letter cut between two of them is put together again."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        problems.append("header")
        return value
    return "".join(_part(part, label, problems) for part, label in parts)


def _part(part, label, problems):
    if isinstance(part, str):
        return part
    if label is None:
        return part.decode("raw-unicode-escape", "replace")  # how decode_header had encoded it
    text, problem = decode(part, label)
    if problem:
        problems.append(problem)
    return text


def _date(value, now):
    try:
        date = datetime.fromtimestamp(mktime_tz(parsedate_tz(value)), UTC)
    except (TypeError, ValueError, OverflowError, OSError, IndexError):
        return None
    return date if date.year >= FIRST_YEAR and (date - now).days < 1 else None
