"""From the bytes of one message to what a post needs. Nothing in a message makes this fail: what is
broken is named in `problems` and the rest is kept."""

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
    """The ids it answers, nearest first."""
    unsure: set[str]
    """Those of them that may be no ids: some programs write a person's address into In-Reply-To."""
    author: str
    address: str
    date: datetime | None
    subject: Subject
    text: str
    attachments: list[str]
    problems: Counter
    """What was wrong with it."""
    left_out: Counter
    """How much of what was dropped."""


def parse(raw):
    """The Message in an mbox.RawMessage. Its `date` is None when neither the message nor the
    archive tells one."""
    problems, left_out = ["size"] if raw.is_cut else [], Counter()
    part = Part(raw.content)
    id, answers, unsure = identify(part.head, raw.content)
    if id.startswith("sha256:"):
        problems.append("id")
    headers = Headers(part.headers, problems)
    author, address = headers.author()
    body = Body(part, problems, left_out)
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
