"""From the bytes of one message to what a post needs. Nothing in a message makes this fail: what is broken is
named in `problems` and the rest is kept."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesParser
from email.policy import compat32

from . import flowed, html, subjects
from .charsets import decode
from .headers import Headers, identify, words
from .subjects import Subject

TEXT_LIMIT = 400_000  # characters; far above what a post may hold, so that what is cut is only ever old quotes
DEPTH_LIMIT = 20
ATTACHMENT_LIMIT = 20


@dataclass(slots=True)
class Message:
    id: str
    answers: list[str]
    """The ids it answers, nearest first."""
    author: str
    address: str
    date: datetime | None
    subject: Subject
    text: str
    attachments: list[str]
    problems: Counter = field(default_factory=Counter)


def parse(raw):
    """The Message in an mbox.RawMessage. Its `date` is None when neither the message nor the archive tells
    one."""
    problems = ["size"] if raw.is_cut else []
    id, answers = identify(raw.content)
    if id.startswith("sha256:"):
        problems.append("id")
    mime = BytesParser(policy=compat32).parsebytes(raw.content)
    headers = Headers(mime, problems)
    author, address = headers.author()
    body = Body(mime, problems)
    return Message(
        id,
        answers,
        author,
        address,
        headers.date(raw.separator),
        subjects.clean(headers.text("subject"), headers.list_name()),
        body.text,
        body.attachments,
        Counter(set(problems)),
    )


class Body:
    """The text of a message, its plain form where there are several, and the names of what is attached."""

    def __init__(self, mime, problems):
        self.problems, self.texts, self.attachments = problems, [], []
        self._take(mime, 0)
        self.text = "\n\n".join(text for text in self.texts if text.strip())
        if len(self.text) > TEXT_LIMIT:
            self.text = self.text[:TEXT_LIMIT]
            problems.append("size")
        del self.attachments[ATTACHMENT_LIMIT:]

    def _take(self, part, depth):
        kind = part.get_content_type()
        if depth > DEPTH_LIMIT:
            self.problems.append("mime")
        elif kind == "multipart/alternative" and part.is_multipart():
            self._take(_plainest(part.get_payload()), depth + 1)
        elif kind.startswith("multipart/") and part.is_multipart():
            for inner in part.get_payload():
                self._take(inner, depth + 1)
        elif kind in ("text/plain", "text/html") and not _is_attachment(part):
            self._take_text(part, kind)
        elif kind.startswith("multipart/"):
            self.problems.append("mime")
            self._take_text(part, "text/plain")
        elif not _is_decoration(part, kind):
            self._take_attachment(part)

    def _take_text(self, part, kind):
        data = part.get_payload(decode=True) or b""
        if part.defects:
            self.problems.append("mime")
        text, problem = decode(data, _parameter(part, "charset"))
        if problem:
            self.problems.append(problem)
        if kind == "text/html":
            text = html.to_text(text[:TEXT_LIMIT])
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if _parameter(part, "format") == "flowed":
            text = flowed.unwrap(text, delete_space=_parameter(part, "delsp") == "yes")
        self.texts.append(text)

    def _take_attachment(self, part):
        name = part.get_filename() or ""
        inner = part.get_payload() if part.get_content_type() == "message/rfc822" else None
        if inner and isinstance(inner, list):
            name = name or Headers(inner[0], self.problems).text("subject")
        name = words(decode(name.encode("utf-8", "surrogateescape"))[0], self.problems)
        self.attachments.append(" ".join(name.split())[:100] or part.get_content_type())


def _plainest(parts):
    """Of several forms of one text, the plain one if it isn't empty."""

    def rank(part):
        kind = part.get_content_type()
        if kind == "text/plain":
            return 0 if str(part.get_payload() or "").strip() else 3
        return 2 if kind == "text/html" else 1 if kind.startswith("multipart/") else 4

    return min(parts, key=rank)


def _is_attachment(part):
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _is_decoration(part, kind):
    """Pictures inside of HTML, mostly logos, and signatures that only a mail program can check."""
    return (kind.startswith("image/") and part["content-id"]) or kind.startswith(
        ("application/pgp-", "application/pkcs7-", "application/x-pkcs7-")
    )


def _parameter(part, name):
    value = part.get_param(name) or ""
    return (value[2] if isinstance(value, tuple) else value).strip().lower()
