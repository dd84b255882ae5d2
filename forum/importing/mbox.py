"""Reads the raw messages of a mailing-list archive, one at a time."""

import gzip
import re
import zlib
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from django.utils.translation import gettext as _

# Larger messages are cut, so that memory use is bounded.
MESSAGE_LIMIT = 16 * 1024 * 1024
CHUNK = 256 * 1024
SEPARATOR_LIMIT = 1000
UNKNOWN_HEADERS = 10  # more header-like lines than this in a row are not prose
HEADERS_LIMIT = 4000  # bytes after a separator that are checked for headers
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b"
MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
SEPARATOR = re.compile(
    rb"From (?:.{1,300}?\s)?\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s+"
    rb"(?:" + MONTH + rb"\s+\d{1,2}|\d{1,2}\s+" + MONTH + rb"\s+\d{4})\s+\d{1,2}:\d\d(?::\d\d)?"
    rb"(?:\s+(?:[A-Z]{1,5}|[+-]\d{4}|\d{4})){0,3}(?:\s+remote from \S+)?\s*$"
)
HEADER = re.compile(rb">?From |[!-9;-~]{1,100}\s?:")
KNOWN_HEADER = re.compile(
    rb"(?:from|date|message-id|received|return-path|delivered-to|sender|reply-to|to|subject|mime-version"
    rb"|content-type)\s?:",
    re.I,
)
QUOTED_SEPARATOR = re.compile(rb"^>(>*From )", re.M)


class ArchiveError(Exception):
    """The archive can't be read; str() says what to do."""


@dataclass(slots=True)
class RawMessage:
    separator: bytes
    content: bytes
    is_cut: bool
    position: int
    """Bytes of the file read so far (compressed bytes if it is compressed)."""


def check(path):
    """Raise ArchiveError unless there is an archive at `path`."""
    next(read(path), None)


def read(path):
    """Yields the RawMessages of a file in the mboxrd format, plain or gzip.

    Raises ArchiveError if the file is damaged, after yielding what precedes the damage.
    """
    path = Path(path)
    if not path.is_file():
        raise ArchiveError(_("%s: no such file. Check the path.") % path)
    try:
        with path.open("rb") as file:
            yield from _messages(path, file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArchiveError(
            _(
                "%s: the compressed file is damaged or truncated. Download it again; everything "
                "before the damage was imported."
            )
            % path
        ) from error
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error


def _messages(path, file):
    compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    stream = gzip.GzipFile(fileobj=file) if compressed else file
    begin, buffer = _first_separator(path, stream)
    searched_to, is_cut, is_all = 0, False, False
    while True:
        at, end = _next_separator(buffer, searched_to, is_all)
        if at is not None:
            yield _message(begin, buffer[:at], is_cut, file.tell())
            begin = bytes(buffer[at:end])
            del buffer[: end - 1]
            searched_to, is_cut = 0, False
        elif is_all:
            break
        elif chunk := stream.read1(CHUNK):  # read() would lose data before a damaged part
            searched_to = max(len(buffer) - SEPARATOR_LIMIT - HEADERS_LIMIT, 0)
            buffer += chunk
            if len(buffer) > MESSAGE_LIMIT + 2 * CHUNK:
                is_cut = True
                del buffer[MESSAGE_LIMIT : -CHUNK - SEPARATOR_LIMIT - HEADERS_LIMIT]
                searched_to = MESSAGE_LIMIT
        else:
            is_all = True
    yield _message(begin, buffer, is_cut, file.tell())


def _next_separator(buffer, start, is_all):
    """(start, end) of the next separator line, or (None, None) if the buffer has no complete one.

    Prose can look like a separator, so message headers must follow.
    """
    while (at := buffer.find(b"\nFrom ", start) + 1) > 0:
        end = buffer.find(b"\n", at, at + SEPARATOR_LIMIT) + 1
        if not (is_all or _holds_headers(buffer, at, end)):
            return None, None
        if (
            end
            and SEPARATOR.match(buffer[at:end])
            and _is_message(bytes(buffer[end : end + HEADERS_LIMIT]))
        ):
            return at, end
        start = at
    return None, None


def _holds_headers(buffer, at, end):
    """Whether enough has been read to judge the line that begins at `at`."""
    if len(buffer) >= at + SEPARATOR_LIMIT + HEADERS_LIMIT:
        return True
    return bool(end) and (
        buffer.find(b"\n\n", end - 1) >= 0 or buffer.find(b"\n\r\n", end - 1) >= 0
    )


def _is_message(beginning):
    """Whether this begins with headers, or with another separator (an empty message)."""
    lines = beginning.splitlines()
    if not lines or SEPARATOR.match(lines[0]):
        return bool(lines)
    if not HEADER.match(lines[0]):
        return False
    if len(beginning) == HEADERS_LIMIT:
        lines = lines[:-1] or lines  # the last line is incomplete
    headers = list(takewhile(lambda line: line.strip() and not SEPARATOR.match(line), lines))
    known = {match[0].lower() for match in map(KNOWN_HEADER.match, headers) if match}
    are_all = all(HEADER.match(line) or line[:1].isspace() for line in headers)
    return len(known) > 1 or (are_all and (bool(known) or len(headers) > UNKNOWN_HEADERS))


def _first_separator(path, stream):
    """(the first line, a buffer with what was read after it, including its newline).

    Raises ArchiveError if the line is not a separator.
    """
    start = b""
    while len(start) < SEPARATOR_LIMIT and (chunk := stream.read1(CHUNK)):
        start = (start + chunk).removeprefix(BYTE_ORDER_MARK).lstrip()
    if not start:
        raise ArchiveError(_("%s: the file is empty. Download it again, or leave it out.") % path)
    line, newline, rest = start.partition(b"\n")
    if not SEPARATOR.match(line[:SEPARATOR_LIMIT]):
        raise ArchiveError(
            _(
                "%s: this is not a mailing-list archive. An mbox file, plain or gzip, begins with"
                " a line like “From ines@example.org Mon Apr 29 00:00:00 2019”. Export the list as"
                " mbox, or unpack the file first."
            )
            % path
        )
    return line, bytearray(newline + rest)


def _message(separator, buffer, is_cut, position):
    content = bytes(buffer[1 : MESSAGE_LIMIT + 1])
    if b">From " in content:
        content = QUOTED_SEPARATOR.sub(rb"\1", content)
    return RawMessage(
        separator.strip(), content, is_cut or len(buffer) > MESSAGE_LIMIT + 1, position
    )
