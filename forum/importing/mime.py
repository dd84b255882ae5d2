"""A MIME parser that takes linear time, however deeply parts are nested.

email.parser reads every line once per enclosing level.
"""

import re
from email.message import Message
from functools import cached_property
from itertools import islice

MAX_DEPTH = 100
HEADERS_LIMIT, HEADER_LENGTH = 10_000, 20_000
KEEP_THE_END = {"references"}  # the nearest ids come last
NOT_A_HEADER = re.compile(rb"^(?![!-9;-~]*[ \t]*:|[ \t]|>?From )", re.M)
HEADER = re.compile(rb"^([!-9;-~]+)[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)", re.M)
EMPTY = re.compile(rb"^(?:\r?\n|$)", re.M)
TECHNICAL = re.compile(  # headers that no text begins with
    rb"^(?:message-id|received|references|in-reply-to|return-path|mime-version|content-[a-z-]{2,30}|list-[a-z]{2,30}"
    rb"|x-[a-z-]{2,50})[ \t]*:",
    re.M | re.I,
)
KIND = re.compile(r"\s*\"?([\w.+-]+)/([\w.+-]+)", re.A)
BEGINNING = 2000  # bytes of a body that are checked against its declared encoding
BASE64_LINE = re.compile(rb"\s*[A-Za-z0-9+/]+=*(?:[ \t]*|[ \t]+[A-Za-z0-9+/]+=*)\s*")
BOUNDARY = re.compile(
    rb"^--(\S[^\r\n]{0,69}?)[ \t]*\r?\n(Content-[\w-]+[ \t]*:|\r?\n)", re.M | re.I
)
GUESSES = 50
WORD = re.compile(r"[\w-]+", re.A)
ENCODED = {"base64", "quoted-printable"}


class Part:
    """A message or one of its parts; `headers` are raw, by lower-cased name, the first of each."""

    def __init__(self, content, start=0, end=None, default="text/plain"):
        end = len(content) if end is None else end
        self.body, self.is_broken = _end_of_headers(content, start, end)
        self.head = content[start : self.body]
        self.content, self.end = content, end
        self.outside = []  # (start, end) of the text around its parts, set by `parts`
        self._skip_empty_line()
        self.headers = _headers(self.head)
        self.kind = self._kind(default)

    def _skip_empty_line(self):
        for line in (b"\n", b"\r\n"):
            if self.content.startswith(line, self.body, self.end):
                self.body += len(line)
                return
        self.is_broken |= self.body < self.end  # no empty line before the text

    def _kind(self, default):
        if (
            default == "text/plain"
            and "content-type" not in self.headers
            and self._begins_with_boundary()
        ):
            return "multipart/alternative"
        match = KIND.match(self.headers.get("content-type") or default)
        return f"{match[1]}/{match[2]}".lower() if match else "text/plain"

    @property
    def family(self):
        return self.kind.partition("/")[0]

    def _begins_with_boundary(self):
        match = BOUNDARY.match(self.content, self.body, self.end)
        return bool(
            match
            and match[2].strip()
            and self.content.find(b"\n--" + match[1], match.end(), self.end) >= 0
        )

    @cached_property
    def parts(self):
        """The parts of a multipart; [] if there are no boundaries, declared or guessed."""
        if self.family != "multipart":
            return []
        default = "message/rfc822" if self.kind == "multipart/digest" else "text/plain"
        lines = self._boundaries(
            self.parameter("boundary").rstrip().encode("utf-8", "surrogateescape")
        )
        if not lines:
            self.is_broken = True
            lines = self._boundaries(_guessed_boundary(self.content, self.body, self.end))
        if not lines:
            return []
        if not lines[0][2]:
            self.outside = [
                (self.body, lines[0][0]),
                (lines[-1][1] if lines[-1][2] else self.end, self.end),
            ]
        starts = [line_end for _start, line_end, _is_last in lines]
        ends = [max(start - 1, 0) for start, _end, _is_last in lines[1:]] + [self.end]
        is_last = [is_last for _start, _end, is_last in lines]
        return [
            Part(self.content, start, max(start, end), default)
            for start, end, last in zip(starts, ends, is_last, strict=True)
            if not last
        ]

    def _boundaries(self, boundary):
        lines = _boundaries(self.content, self.body, self.end, b"--" + boundary) if boundary else []
        return lines if not all(is_last for _start, _end, is_last in lines) else []

    def message(self):
        """The message in a message/rfc822; it should not be encoded, but some are."""
        if self.encoding in ENCODED:
            return Part(self.data(self.end - self.body)[0])
        return Part(self.content, self.body, self.end)

    def parameter(self, name, header="content-type"):
        """A parameter of a header, even without the semicolon before it; "" if missing."""
        value = self.headers.get(header, "")
        if name not in value.lower():
            return ""
        parsed = Message()
        parsed[header] = value
        found = parsed.get_param(name, header=header)
        if isinstance(found, tuple):
            found = found[2]
        if found is None and (
            match := re.search(rf'\b{name}\s*=\s*(?:"([^"]*)"|([^\s;"]+))', value, re.I)
        ):
            found = match[1] or match[2]
        return found or ""

    @property
    def disposition(self):
        return self._word("content-disposition")

    @property
    def encoding(self):
        return self._word("content-transfer-encoding") or "8bit"

    def _word(self, header):
        match = WORD.search(self.headers.get(header, ""))
        return match[0].lower() if match else ""

    @property
    def filename(self):
        return self.parameter("filename", "content-disposition") or self.parameter("name")

    def data(self, limit):
        """(the first `limit` bytes of the part, decoded; whether the encoding is broken)."""
        encoded, encoding = Message(), self.encoding
        content = self.content[self.body : min(self.end, self.body + limit)]
        if encoding == "base64" and not _is_base64(content[:BEGINNING]):
            return content, True
        encoded["Content-Transfer-Encoding"] = encoding
        encoded.set_payload(content.decode("ascii", "surrogateescape"))
        return encoded.get_payload(decode=True), bool(encoded.defects)


def _is_base64(beginning):
    """Whether most lines are valid base64; some junk is tolerated."""
    lines = [line for line in beginning.splitlines() if line.strip()]
    return sum(bool(BASE64_LINE.fullmatch(line)) for line in lines) * 2 >= len(lines)


def _end_of_headers(content, start, end):
    """(end of the headers, whether there are invalid lines among them)."""
    stop = NOT_A_HEADER.search(content, start, end)
    if not stop or EMPTY.match(content, stop.start(), end):
        return (stop.start() if stop else end), False
    empty = EMPTY.search(content, stop.start(), end)
    technical = TECHNICAL.finditer(content, stop.start(), empty.start() if empty else end)
    last = max((match.start() for match in technical), default=start)
    is_broken = stop.start() < last
    while stop and stop.start() < last:
        stop = NOT_A_HEADER.search(content, content.find(b"\n", stop.start(), end) + 1, end)
    return (stop.start() if stop else end), is_broken


def all_headers(head):
    """(lower-cased name, raw value) of each header, in order."""
    for match in islice(HEADER.finditer(head), HEADERS_LIMIT):
        name = match[1].decode("ascii").lower()
        value = match[2][-HEADER_LENGTH:] if name in KEEP_THE_END else match[2][:HEADER_LENGTH]
        yield name, value.decode("ascii", "surrogateescape").rstrip("\r\n")


def _headers(head):
    headers = {}
    for name, value in all_headers(head):
        headers.setdefault(name, value)
    return headers


def _guessed_boundary(content, start, end):
    """The first line that looks like a boundary: followed by part headers, or closed later."""
    for match in islice(BOUNDARY.finditer(content, start, end), GUESSES):
        boundary, following = match.groups()
        last = b"\n--" + boundary + b"--"
        if not boundary.endswith(b"--") and (
            following.strip() or content.find(last, match.end(1), end) >= 0
        ):
            return boundary
    return b""


def _boundaries(content, start, end, delimiter):
    """(start of the line, start of the next line, whether it is the last boundary) of each."""
    found, at = [], content.find(delimiter, start, end)
    while at >= 0:
        after = at + len(delimiter)
        if at == start or content[at - 1] in b"\r\n":
            line_end = content.find(b"\n", at, end) + 1 or end
            rest = content[after:line_end].strip()
            if rest in (b"", b"--"):
                found.append((at, line_end, rest == b"--"))
            if rest == b"--":
                break
        at = content.find(delimiter, after, end)
    return found
