"""Reads the raw messages of a mailing-list archive, one at a time."""

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

MESSAGE_LIMIT = 16 * 1024 * 1024  # of a larger message the rest is left out: memory stays flat, whatever the file
CHUNK = 256 * 1024
SEPARATOR_LIMIT = 1000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b"
SEPARATOR = re.compile(rb"From .*\d\d:\d\d.*\d{4}")
QUOTED_SEPARATOR = re.compile(rb"^>(>*From )", re.M)


class ArchiveError(Exception):
    """An archive that can't be read; the text says what to do."""


@dataclass(slots=True)
class RawMessage:
    separator: bytes
    content: bytes
    is_cut: bool
    position: int
    """How many bytes of the file had been read by then (of a compressed file: compressed bytes)."""


def check(path):
    """Raises ArchiveError unless there is an archive at `path`."""
    next(read(path), None)


def read(path):
    """Yields the RawMessages of a file in the mboxrd format, plain or gzip.

    Raises ArchiveError where it can't go on; what was yielded before is good.
    """
    path = Path(path)
    if not path.is_file():
        raise ArchiveError(_("%s: no such file. Check the path.") % path)
    try:
        with path.open("rb") as file:
            yield from _messages(path, file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArchiveError(
            _("%s: the compressed file is damaged or truncated. Download it again; all before the damage was kept.")
            % path
        ) from error
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error


def _messages(path, file):
    compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    stream = gzip.GzipFile(fileobj=file) if compressed else file
    begin, buffer = _first_separator(path, stream)
    looked_at, is_cut = 0, False
    while True:
        at, end = _next_separator(buffer, looked_at)
        if at is not None:
            yield _message(begin, buffer[:at], is_cut, file.tell())
            begin = bytes(buffer[at:end])
            del buffer[: end - 1]
            looked_at, is_cut = 0, False
        elif chunk := stream.read1(CHUNK):  # read() would lose what comes before a damage
            looked_at = max(len(buffer) - SEPARATOR_LIMIT, 0)
            buffer += chunk
            if len(buffer) > MESSAGE_LIMIT + 2 * CHUNK:
                is_cut = True
                del buffer[MESSAGE_LIMIT : -CHUNK - SEPARATOR_LIMIT]
                looked_at = MESSAGE_LIMIT
        else:
            break
    yield _message(begin, buffer, is_cut, file.tell())


def _next_separator(buffer, start):
    """(where the next separator's line begins, where it ends), or (None, None) if the buffer has no whole
    one."""
    while (at := buffer.find(b"\nFrom ", start) + 1) > 0:
        end = buffer.find(b"\n", at, at + SEPARATOR_LIMIT) + 1
        if not end:
            return None, None
        if SEPARATOR.match(buffer, at, end):
            return at, end
        start = at
    return None, None


def _first_separator(path, stream):
    """(the first line, a buffer with what was read after it, which begins with the end of that line)"""
    start = b""
    while len(start) < SEPARATOR_LIMIT and (chunk := stream.read1(CHUNK)):
        start = (start + chunk).removeprefix(BYTE_ORDER_MARK).lstrip()
    if not start:
        raise ArchiveError(_("%s: the file is empty. Download it again, or leave it out.") % path)
    if not SEPARATOR.match(start):
        raise ArchiveError(
            _(
                "%s: this is not a mailing-list archive. An mbox file, plain or gzip, begins with a line "
                "like “From ines@example.org Mon Apr 29 00:00:00 2019”. Export the list as mbox, or unpack "
                "the file first."
            )
            % path
        )
    line, newline, rest = start.partition(b"\n")
    return line, bytearray(newline + rest)


def _message(separator, buffer, is_cut, position):
    content = bytes(buffer[1 : MESSAGE_LIMIT + 1])
    if b">From " in content:
        content = QUOTED_SEPARATOR.sub(rb"\1", content)
    return RawMessage(separator.strip(), content, is_cut or len(buffer) > MESSAGE_LIMIT + 1, position)
