"""Imports mailing-list archives into a category.

Every batch of messages is one transaction, so an interrupted import can simply be run again.
"""

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
    """The result of an import."""

    read: int = 0
    added: int = 0
    duplicates: int = 0
    topics: int = 0
    authors: int = 0
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    """The first FAILURES_NAMED failures."""
    problems: Counter = field(default_factory=Counter)
    """Imported messages by problem; docs/importing.md explains the names."""
    left_out: Counter = field(default_factory=Counter)
    """Parts omitted from imported messages, by kind."""

    def fail(self, failure):
        self.failed += 1
        if len(self.failures) < FAILURES_NAMED:
            self.failures.append(failure)


@dataclass(slots=True)
class Batch:
    raws: list[mbox.RawMessage]
    hashes: set[str]
    position: int
    """Bytes of the file read so far."""


class Importer:
    """Imports files into `category`, one after another; `report` accumulates the results.

    `workers` is a converter.Workers. `advance` is called with the position in the file after each
    batch.
    """

    def __init__(self, category, workers, advance=lambda position: None):
        self.category, self.workers, self.advance = category, workers, advance
        self.report = Report()
        self.ahead = set()  # hashes of messages that have been read but not written

    def run(self, path):
        """Import a file. If it is damaged, imports what precedes and raises mbox.ArchiveError."""
        errors = []
        for batch, results in self.workers.convert(self._batches(path, errors)):
            self._write(results)
            reset_queries()  # with DEBUG, Django would keep every statement
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
        """The messages whose bytes have not been imported yet; `writer` finds other duplicates."""
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
        """Write a batch that the database refused, so that only the bad messages are lost."""
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
