"""Brings mailing-list archives into a category. Every batch of messages is one transaction, so an
import that was stopped goes on where it was when it is started again."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import DatabaseError, reset_queries

from forum.importing import mbox, writer
from forum.importing.converter import Draft, Failure
from forum.importing.headers import digest
from forum.models import ImportedMessage

BATCH, BATCH_BYTES = 100, 4 * 1024 * 1024
FAILURES_NAMED = 20


@dataclass
class Report:
    """What an import did."""

    read: int = 0
    added: int = 0
    duplicates: int = 0
    topics: int = 0
    authors: int = 0
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    """The first FAILURES_NAMED of those that failed."""
    problems: Counter = field(default_factory=Counter)
    """How many messages came in spite of what; docs/importing.md explains the names."""
    left_out: Counter = field(default_factory=Counter)
    """How much of what was left out of the messages that came."""

    def fail(self, failure):
        self.failed += 1
        if len(self.failures) < FAILURES_NAMED:
            self.failures.append(failure)


@dataclass(slots=True)
class Batch:
    raws: list[mbox.RawMessage]
    hashes: set[str]
    position: int
    """How many bytes of the file had been read by then."""


class Importer:
    """Imports files into `category`, one after another; `report` tells what became of their
    messages.

    `workers` is a conversion.Workers. `advance` is called with the position in the file after every
    batch.
    """

    def __init__(self, category, workers, advance=lambda position: None):
        self.category, self.workers, self.advance = category, workers, advance
        self.report = Report()
        self.ahead = set()  # hashes of messages that were read but are not written yet

    def run(self, path):
        """Raises mbox.ArchiveError where the file can't be read any further; what came before is
        imported then."""
        errors = []
        for batch, results in self.workers.convert(self._batches(path, errors)):
            self._write(results)
            reset_queries()  # with DEBUG on, Django would keep every statement
            self.ahead -= batch.hashes
            self.advance(batch.position)
        if errors:
            raise errors[0]

    def _batches(self, path, errors):
        raws, size = [], 0
        try:
            for raw in mbox.read(path):
                raws.append(raw)
                size += len(raw.content)
                if len(raws) == BATCH or size > BATCH_BYTES:
                    yield self._batch(raws)
                    raws, size = [], 0
        except mbox.ArchiveError as error:
            errors.append(error)
        if raws:
            yield self._batch(raws)

    def _batch(self, raws):
        """Those of `raws` that no import has brought byte by byte; what else is known shows once
        they are read.
        """
        hashes = [digest(raw.content) for raw in raws]
        known, new = self._known(hashes) | self.ahead, {}
        for hash, raw in zip(hashes, raws, strict=True):
            if hash not in known:
                new.setdefault(hash, raw)
        self.report.read += len(raws)
        self.report.duplicates += len(raws) - len(new)
        self.ahead |= set(new)
        return Batch(list(new.values()), set(new), raws[-1].position)

    def _known(self, hashes):
        rows = ImportedMessage.objects.filter(category=self.category, content_hash__in=hashes)
        return set(rows.values_list("content_hash", flat=True))

    def _write(self, results):
        drafts = []
        for result in results:
            if isinstance(result, Draft):
                drafts.append(result)
            else:
                self.report.fail(result)
        try:
            self._count(writer.write(self.category, drafts), drafts)
        except (DatabaseError, ValueError):
            self._write_one_by_one(drafts)

    def _write_one_by_one(self, drafts):
        """For a batch that the database refused: only the message that it refuses again is lost."""
        for draft in drafts:
            try:
                self._count(writer.write(self.category, [draft]), [draft])
            except (DatabaseError, ValueError) as error:
                self.report.fail(Failure(draft.id, f"{type(error).__name__}: {error}"[:200]))

    def _count(self, written, drafts):
        self.report.added += written.posts
        self.report.topics += written.topics
        self.report.authors += written.authors
        self.report.duplicates += len(drafts) - written.posts
        for draft in drafts:
            self.report.problems.update(draft.problems)
            self.report.left_out.update(draft.left_out)
