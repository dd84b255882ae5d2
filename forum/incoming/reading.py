"""Reads one raw mail: who sent it, to which addresses, and what they wrote.

Uses the importer's parser, in a process of its own that may be killed, since anybody can send
anything. Asks nothing of the database.
"""

import base64
import json
import re
import subprocess
import sys
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from forum.forms.uploads import MAX_FILES
from forum.importing import text
from forum.importing.charsets import clean
from forum.importing.headers import addresses
from forum.importing.mbox import RawMessage
from forum.importing.messages import parse
from forum.importing.mime import Part, all_headers
from forum.importing.quoting import Quote
from forum.mail.reply_addresses import MARKER

from . import automatic, verification

# The headers that may have the address at which a mail arrived, the surest first.
RECIPIENTS = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "to", "cc")
MAX_RECIPIENTS = 100
SIZE_BYTES = 8  # before each mail, its length
FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]")
ESCAPED_MENTION = re.compile(r"(?<![\\\w])\\@(?=\w)")
MARKED = re.compile(rf"(.{{0,20}}?){MARKER.pattern}\s*")


class Unreadable(Exception):
    """str() says why, for owners."""


@dataclass(slots=True)
class Letter:
    """What a mail says; addresses are in lower case."""

    id: str
    """Its Message-ID with brackets, or "" """
    senders: list[str]
    recipients: list[str]
    subject: str
    title: str
    """The subject without "Re:"."""
    body: str
    """All of its text as Markdown."""
    answer: str
    """The same without the mail that it answers."""
    plain: str
    """The answer, or else all, as it was typed."""
    attachments: int
    files: list[tuple[str, str]]
    """(name, content as base64) of the first of them."""
    automatic: str
    """Why a program, not a person, sent it; "" otherwise."""
    undelivered: list[str]
    """The addresses that it reports as failed for good."""
    is_verified: bool
    """Whether the mail server vouches for the sender."""
    stored: list[str] | None = None
    """Of the files, once they are uploads: the Markdown that shows each."""

    @property
    def left_out(self):
        """How many attachments are not in the post."""
        return self.attachments - len(self.stored or [])


class Reader:
    """A context manager with `read(raw)`, which reads in another process, started when needed.

    That ends with this one, even if this one is killed: it reads until its standard input ends.
    """

    def __init__(self):
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._end()

    def read(self, raw):
        """The Letter in a raw mail. Raises Unreadable."""
        self.process = self.process or start()
        try:
            self.process.stdin.write(len(raw).to_bytes(SIZE_BYTES) + raw)
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            self._end()
            raise Unreadable(_("It killed the process that read it, or took too much CPU time."))
        values = json.loads(line)
        if isinstance(values, str):
            raise Unreadable(values)
        return Letter(**values)

    def _end(self):
        if self.process:
            self.process.kill()
            self.process.communicate()  # closes the pipes and waits
        self.process = None


def start():
    return subprocess.Popen(
        [sys.executable, "-m", "forum.incoming.reader_process"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def letter(raw):
    attached: list[Part] = []
    message = parse(RawMessage(b"", raw, False, 0), attached)
    part = Part(raw)
    headers = [(name, clean(FOLD.sub("", value))) for name, value in all_headers(part.head)]
    senders = found_in(headers, "from")
    written = without_marker(message.text)
    everything = text.own_blocks(written)
    answer = without_answered(everything)
    return Letter(
        "" if message.id.startswith("sha256:") else f"<{message.id}>",
        senders,
        found_in(headers, *RECIPIENTS)[:MAX_RECIPIENTS],
        message.subject.title if not message.subject.is_reply else f"Re: {message.subject.title}",
        message.subject.title,
        # Parsed again, as folding marks the blocks.
        with_mentions(text.markdown_of(text.own_blocks(written))),
        with_mentions(text.markdown_of(answer)),
        "\n".join(text.plain(answer or everything)).strip("\n"),
        message.left_out["attachment"],
        [
            (name, base64.b64encode(part.data(part.end - part.body)[0]).decode())
            for name, part in list(zip(message.attachments, attached, strict=True))[:MAX_FILES]
        ],
        automatic.reason(part, dict(reversed(headers)), senders),
        automatic.undelivered(part),
        verification.is_verified([v for k, v in headers if k == "authentication-results"], senders),
    )


def found_in(headers, *names):
    """The addresses in these headers, without repetitions, in the order of `names`."""
    values = [value for name in names for key, value in headers if key == name]
    return list(dict.fromkeys(one.lower() for value in values for one in addresses(value)))


def without_marker(written):
    """The text without “write above this line”, and with ">" before the quotation that has it.

    That may have no mark at all, or one that the importer takes for text if it stands alone.
    """
    lines = written.split("\n")
    found = ((index, MARKED.fullmatch(line)) for index, line in enumerate(lines))
    at, match = next(((index, match) for index, match in found if match), (0, None))
    if not match:
        return written
    above, mark, below = lines[:at], match[1].strip(), lines[at + 1 :]
    if mark and not mark.startswith(">"):
        below = [with_usual_mark(line, mark) for line in below]
    elif not mark and any(line.strip() for line in above):
        below = [f"> {line}" for line in below] or ["> "]
    return "\n".join(above + below)


def with_usual_mark(line, mark):
    stripped = line.strip()
    return f">{stripped.removeprefix(mark)}" if stripped.startswith(mark) else line


def with_mentions(markdown):
    """The Markdown with the mentions that the importer has escaped, but for quotes and code."""
    lines, is_code = markdown.split("\n"), False
    for index, line in enumerate(lines):
        is_code ^= line.startswith("```")
        if not is_code and not line.startswith(">"):
            lines[index] = ESCAPED_MENTION.sub("@", line)
    return "\n".join(lines)


def without_answered(blocks):
    """The blocks without the quoted mail above or below the answer.

    Quotes with answers between them stay.
    """
    kept = list(blocks)
    while kept and isinstance(kept[-1], Quote):
        kept.pop()
    words = [block for block in kept if not isinstance(block, Quote)]
    return words if len(words) == 1 else kept
