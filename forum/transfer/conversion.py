"""From a raw message to a post that only needs its place: the part of an import that needs no database, done
in several processes at once."""

from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from multiprocessing import get_context

import django

from forum import markdown

from . import messages, text
from .mbox import RawMessage
from .subjects import Subject


@dataclass(slots=True)
class Task:
    raw: RawMessage
    missing: int | None
    """How many of the messages it answers are missing before one that is there; None if none is there."""


@dataclass(slots=True)
class Draft:
    """A message as it will be written."""

    id: str
    answers: list[str]
    author: str
    address_hash: str
    date: datetime | None
    subject: Subject
    body: str
    html: str
    problems: Counter = field(default_factory=Counter)


@dataclass(slots=True)
class Failure:
    """A message that could not be read at all, and why."""

    separator: str
    reason: str


class Workers:
    """Turns batches of Tasks into lists of Drafts and Failures, in order, and reads ahead only so far that
    every process has work: memory stays flat. With `count` 0 it all happens in this process."""

    def __init__(self, count):
        self.count = count
        self.pool = None

    def convert(self, batches):
        """Yields (batch, its Drafts and Failures) for each batch; it has `tasks`."""
        ahead = deque()
        for batch in batches:
            ahead.append((batch, self._submit(batch)))
            if len(ahead) > self.count * 2:
                yield self._finished(*ahead.popleft())
        while ahead:
            yield self._finished(*ahead.popleft())

    def close(self):
        if self.pool:
            self.pool.shutdown(cancel_futures=True)
        self.pool = None

    def _submit(self, batch):
        if not self.count:
            return None
        try:
            self.pool = self.pool or _pool(self.count)
            return self.pool.submit(convert_all, batch.tasks)
        except BrokenProcessPool:
            return None

    def _finished(self, batch, future):
        if not self.count:
            return batch, convert_all(batch.tasks)
        try:
            return batch, future.result()
        except (BrokenProcessPool, AttributeError):
            self.close()
            return batch, [_alone(task) for task in batch.tasks]


def _alone(task):
    """For a batch that killed its process: each message in a process of its own, so that only the culprit is
    lost."""
    with _pool(1) as pool:
        try:
            return pool.submit(convert_all, [task]).result()[0]
        except BrokenProcessPool:
            return Failure(_name(task.raw), "the process that read it was killed")


def _pool(count):
    # Not by fork: this process may have threads (the progress bar) and an open database connection.
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin)


def _begin():
    django.setup()


def convert_all(tasks):
    return [convert(task) for task in tasks]


def convert(task):
    try:
        return _draft(task)
    except Exception as error:  # noqa: BLE001  one bad message never stops an import
        return Failure(_name(task.raw), f"{type(error).__name__}: {error}"[:200])


def _draft(task):
    message = messages.parse(task.raw)
    problems = message.problems
    body, html = _rendered(message, task.missing, problems)
    address_hash = sha256((message.address or f"nobody:{message.author}").encode()).hexdigest()
    return Draft(
        message.id,
        message.answers,
        message.author,
        address_hash,
        message.date,
        message.subject,
        body,
        html,
        problems,
    )


def _rendered(message, missing, problems):
    body = text.to_markdown(message.text, missing, message.attachments)
    try:
        return body, markdown.render(body)
    except markdown.MarkdownError:
        problems["markup"] += 1
        body = text.verbatim(message.text)
        return body, markdown.render(body)


def _name(raw):
    return raw.separator.decode("utf-8", "replace")[:100]
