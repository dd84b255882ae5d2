"""Parses one raw message into the parts of a post. Never fails: reports defects in `problems`."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from forum.importing import subjects
from forum.importing.body import Body
from forum.importing.headers import Headers, identify
from forum.importing.mime import Part
from forum.importing.subjects import Subject
from forum.models.topics import TITLE_LENGTH


@dataclass(slots=True)
class Message:
    id: str
    answers: list[str]
    """The ids it replies to, nearest first."""
    unsure: set[str]
    """Those of them that may be email addresses, which some programs put into In-Reply-To."""
    author: str
    address: str
    date: datetime | None
    subject: Subject
    text: str
    attachments: list[str]
    problems: Counter
    """Defects of the message; docs/importing.md explains the names."""
    left_out: Counter
    """Omitted parts, by kind."""


def parse(raw, attached=None):
    """The Message in an mbox.RawMessage; `date` is None if neither message nor archive has one.

    The parts (mime.Part) that `attachments` names are added to the list `attached`.
    """
    problems, left_out = ["size"] if raw.is_cut else [], Counter()
    part = Part(raw.content)
    id, answers, unsure = identify(part.head, raw.content)
    if id.startswith("sha256:"):
        problems.append("id")
    headers = Headers(part.headers, problems)
    author, address = headers.author()
    body = Body(part, problems, left_out)
    if attached is not None:
        attached += body.attached[: len(body.attachments)]
    subject = subjects.clean(headers.text("subject"), headers.list_name())
    if len(subject.title) > TITLE_LENGTH:
        left_out["subject"] += 1
    return Message(
        id,
        answers,
        unsure,
        author,
        address,
        headers.date(raw.separator),
        subject,
        body.text,
        body.attachments,
        Counter(set(problems)),
        left_out,
    )
