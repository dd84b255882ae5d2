"""Converts raw messages to drafts of posts, in parallel processes without database access."""

import re
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from multiprocessing import get_context

import django
from django.conf import settings
from django.utils.translation import gettext as _

from forum import markdown
from forum.importing import messages, text
from forum.importing.cpu_budget import OutOfTime, cpu_budget
from forum.importing.headers import digest
from forum.importing.quoted_posts import QuotedPost
from forum.importing.subjects import Subject

WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Draft:
    """A converted message, ready to be written as a post."""

    id: str
    content_hash: str
    """Hash of the raw message."""
    text_hash: str
    """The same for copies of one mail that were delivered on different routes."""
    answers: list[str]
    unsure: set[str]
    author: str
    address_hash: str
    date: datetime | None
    subject: Subject
    body: str
    html: str
    quoted: QuotedPost
    problems: Counter
    left_out: Counter


@dataclass(slots=True)
class Failure:
    """A message that could not be converted, and why."""

    separator: str
    reason: str


class Workers:
    """Converts batches of RawMessages into lists of Drafts and Failures, in order.

    Uses `count` processes, or this one if 0. Reads ahead only as far as needed to keep them busy,
    so memory use is constant. A message that takes more than settings.IMPORT_CPU_SECONDS, or that
    kills its process, becomes a Failure.
    """

    def __init__(self, count):
        self.count = count
        self.pool = None

    def convert(self, batches):
        """Yields (batch, its Drafts and Failures). A batch is an object with `raws`."""
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
            return self.pool.submit(convert_all, batch.raws, True)
        except BrokenProcessPool:
            return None

    def _finished(self, batch, future):
        if not self.count:
            return batch, convert_all(batch.raws)
        try:
            return batch, future.result()
        except (BrokenProcessPool, AttributeError):
            self.close()
            return batch, _one_by_one(batch.raws)


def _one_by_one(raws):
    """Convert a batch that killed its process, so that only the guilty messages are lost."""
    pool, results = None, []
    for raw in raws:
        pool = pool or _pool(1)
        try:
            results += pool.submit(convert_all, [raw], True).result()
        except BrokenProcessPool:
            pool.shutdown()
            pool = None
            results.append(
                Failure(
                    _name(raw), _("it killed the process that read it, or took too much CPU time")
                )
            )
    if pool:
        pool.shutdown()
    return results


def _pool(count):
    # No fork: this process may have threads (the progress bar) and an open database connection.
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=django.setup)


def convert_all(raws, is_own_process=False):
    return [convert(raw, is_own_process) for raw in raws]


def convert(raw, is_own_process=False):
    seconds = settings.IMPORT_CPU_SECONDS
    try:
        with cpu_budget(seconds, is_own_process):
            return _draft(raw)
    except OutOfTime:
        return Failure(_name(raw), _("it took more than %g seconds of CPU time") % seconds)
    except Exception as error:  # noqa: BLE001 - one bad message never stops an import
        return Failure(_name(raw), f"{type(error).__name__}: {error}"[:200])


def _draft(raw):
    message = messages.parse(raw)
    content_hash = digest(raw.content)
    quoted = QuotedPost(content_hash[:32])
    body, html = _rendered(message, quoted)
    address_hash = hashed(message.address or f"nobody:{message.author}")
    return Draft(
        message.id,
        content_hash,
        _text_hash(message, address_hash, quoted.left_out(body)),
        message.answers,
        message.unsure,
        message.author,
        address_hash,
        message.date,
        message.subject,
        body,
        html,
        quoted,
        message.problems,
        message.left_out,
    )


def _rendered(message, quoted):
    link = quoted.markdown if message.answers else ""
    body = text.to_markdown(message.text, message.attachments, link, message.left_out)
    try:
        return body, markdown.render(body)
    except markdown.MarkdownError:
        message.problems["markup"] += 1
        body = text.verbatim(message.text)
        return body, markdown.render(body)


def _text_hash(message, address_hash, body):
    """A hash that ignores footers, signatures and subject tags, which differ between lists."""
    date = "" if message.problems["date"] else str(message.date)
    return hashed("\n".join([address_hash, date, message.subject.key, *WORD.findall(body)]))


def hashed(text):
    return sha256(text.encode()).hexdigest()


def _name(raw):
    return raw.separator.decode("utf-8", "replace")[:100]
