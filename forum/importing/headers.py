"""Parses message headers leniently: ids, author, date and subject."""

import hashlib
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import mktime_tz, parsedate_tz

from forum.importing.charsets import clean, decode

ID_LENGTH = 255
ANSWERS_LIMIT = 50  # ids that one message may reply to; the nearest ones are used
REFERENCES_BYTES, ID_BYTES = 20_000, 2_000  # the end of References, the beginning of the others
HEADER_LENGTH = 10_000  # characters of a header that are parsed
FIRST_YEAR = 1970
NAME_LENGTH = 60

ID_HEADERS = re.compile(rb"^(message-id|in-reply-to|references):(.*(?:\r?\n[ \t].*)*)", re.I | re.M)
BRACKETED = re.compile(rb"<([^<>]+)>")
COMMENTS = re.compile(rb"\([^()]*\)")
PEOPLE = re.compile(r'(?:"(?:\\.|[^"\\])*"|\([^()]*\)|<[^<>]*>|[^,])+')  # separated by commas
BRACKETED_ADDRESS = re.compile(r"<\s*([^<>\s]*@[^<>\s]*)\s*>")
ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@]{1,200}@[^\s<>()\[\]\",;:@]{1,255}")
HIDDEN_ADDRESS = re.compile(r"(?<=[\w.+-]) at (?=[\w-]+\.[\w.-]+)")  # as in public archives
COMMENT = re.compile(r"\(([^()]*)\)")
ASCTIME = re.compile(r"[A-Z][a-z]{2} +[A-Z][a-z]{2} +\d+ \d\d:\d\d(?::\d\d)? .*\d{4}")
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
VIA = re.compile(r"\s+via\s+[^\s].*$", re.I)


def identify(head, content):
    """(message id, ids it replies to, those of them in In-Reply-To only) of a raw message.

    The ids it replies to are in order, nearest first. A message without an id gets a hash of its
    content.
    """
    found = {}
    for match in ID_HEADERS.finditer(head):
        found.setdefault(match[1].lower(), match[2])
    own = next(iter(_own_ids(found.get(b"message-id", b"")[:ID_BYTES])), None)
    references = _ids(found.get(b"references", b"")[-REFERENCES_BYTES:])[::-1]
    answered = dict.fromkeys(_ids(found.get(b"in-reply-to", b"")[:ID_BYTES]) + references)
    answered.pop(own, None)
    answers = list(answered)[:ANSWERS_LIMIT]
    return own or f"sha256:{digest(content)}", answers, set(answers) - set(references)


def digest(content):
    """The SHA-256 of a raw message, without trailing empty lines, which depend on the archive."""
    return hashlib.sha256(content.rstrip()).hexdigest()


def _own_ids(value):
    return _ids(value) or [_id(id) for id in value.split()[:1] if id.strip(b"<>@")]


def _ids(value):
    """The ids in a header, with or without angle brackets.

    Without brackets, everything except comments must be an id: otherwise it is prose.
    """
    ids = BRACKETED.findall(value)
    if not ids:
        words = COMMENTS.sub(b" ", value).split()
        ids = words if all(b"@" in word for word in words) else []
    return [_id(id) for id in ids if id.strip(b"@ \t\r\n")]


def _id(raw):
    text = "".join(decode(raw)[0].split())
    return text if len(text) <= ID_LENGTH else "sha256:" + hashlib.sha256(raw).hexdigest()


class Headers:
    """The headers of a mime.Part; adds what is wrong with them to the list `problems`."""

    def __init__(self, values, problems):
        self.values, self.problems = values, problems

    def raw(self, name):
        """The value as sent, unfolded, with raw 8-bit bytes decoded."""
        value = self.values.get(name, "")[:HEADER_LENGTH]
        if not value.isascii():
            self.problems.append("header")
            value = decode(value.encode("utf-8", "surrogateescape"))[0]
        return clean(re.sub(r"\r?\n(?=[ \t])|[\r\n]", "", value))

    def text(self, name):
        return words(self.raw(name), self.problems)

    def author(self):
        """(name, address) of the person, even if the list has replaced From by itself."""
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
        """The date sent; if it is missing or impossible, the date of arrival, or None."""
        now = now or datetime.now(UTC)
        arrived = ASCTIME.search(separator.decode("ascii", "replace"))
        date = _date(self.raw("date"), now)
        if date is None:
            self.problems.append("date")
            date = arrived and _date(arrived[0], now)
        return date

    def list_name(self):
        match = re.search(
            r"<([^.<>@]+)[.@]", self.raw("list-id") or self.raw("list-post").replace("mailto:", "")
        )
        return match[1] if match else ""

    def _is_list(self, address):
        own = [self.raw("list-post").lower(), self.raw("list-id").lower().replace(".", "@", 1)]
        return bool(address) and any(address.lower() in value for value in own)

    def _people(self, *headers):
        """(name, address) of all people in these headers; splits at commas before decoding."""
        for header in headers:
            value = self.raw(header)
            if "@" not in value:
                value = HIDDEN_ADDRESS.sub("@", value)
            for name, address in _persons(value):
                yield self._name(name, address), address

    def _name(self, name, address):
        name = " ".join(DIRECTIONS.sub("", words(name, self.problems)).split()).strip("'\" ")
        if "@" in name:  # an address instead of a name: show only the local part
            name = name.split("@")[0].strip("<'\" ")
        return (name or address.split("@")[0])[:NAME_LENGTH].strip()


def addresses(value):
    """The addresses in an unfolded header value, as written."""
    return [address for _name, address in _persons(value) if address]


def _persons(value):
    """(name, address) of each person in a header value; handles `Doe, John <john@…>`."""
    start = 0
    for match in PEOPLE.finditer(value):
        if "@" in match[0]:
            yield _person(value[start : match.end()])
            start = match.end() + 1
    if value[start:].strip():
        yield value[start:], ""


def _person(text):
    if match := BRACKETED_ADDRESS.search(text):
        name = text[: match.start()] or text[match.end() :].strip("() ")
    elif match := ADDRESS.search(text):
        name = " ".join(COMMENT.findall(text))
    else:
        return text, ""
    return re.sub(r'\\(.)|"', r"\1", name), (
        match[1] if match.re is BRACKETED_ADDRESS else match[0]
    )


def words(value, problems):
    """`value` with encoded words decoded, even if a character is split between two of them."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        problems.append("header")
        return value
    return clean("".join(_part(part, label, problems) for part, label in parts))


def _part(part, label, problems):
    if isinstance(part, str):
        return part
    if label is None:
        return part.decode("raw-unicode-escape", "replace")  # as encoded by decode_header
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
