"""Compares the storage with the rows once a day: files that no row knows, and rows without files.

A file has no row if its upload failed or was killed before the row was committed.
"""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

from forum.jobs import every
from forum.jobs.running import stopping
from forum.models import Upload
from forum.models.uploads import path_of, storage, variants_of

from . import ownership
from .models import Deletion

logger = logging.getLogger(__name__)
AGE = timedelta(days=1)  # of a file whose row may still be committed
FEW = 100  # files that are deleted whatever their share is
PREFIXES = [f"{number:02x}" for number in range(256)]  # of all paths


@every(hours=24)
def sweep_files():
    files, unknown = 0, []
    try:
        for prefix in PREFIXES:
            if stopping.is_set():
                return
            found, orphans = compare(prefix)
            files, unknown = files + found, unknown + orphans
        if ownership.is_ours():
            delete(unknown, files)
    except OSError as error:
        logger.warning("The storage of uploads can't be compared with the rows: %s", error)


def compare(prefix):
    """Mark the rows that miss a file. Returns how many files there are, and those without a row."""
    found = dict(files_in(prefix))  # before the rows, which are written after their files
    needed = {
        path_of(name, variant): pk
        for pk, name, *columns in Upload.objects.filter(name__startswith=prefix).values_list(
            "pk", "name", "kind", "state", "thumbnails"
        )
        for variant in variants_of(*columns)
    }
    planned = set(Deletion.objects.filter(path__startswith=prefix).values_list("path", flat=True))
    missing = {needed[path] for path in needed.keys() - found.keys() if not storage().exists(path)}
    mark(prefix, missing)
    until = timezone.now() - AGE
    unknown = found.keys() - needed.keys() - planned
    return len(found), [path for path in unknown if found[path] < until]


def delete(unknown, files):
    """Delete these of so many files; none if they are too many to be those of failed uploads.

    Then the storage rather belongs to another database than this one.
    """
    if len(unknown) > max(FEW, files // 10):
        logger.error(
            "%s of %s files in the storage of uploads belong to no upload of this database. If they"
            " are of no other one, delete them.",
            len(unknown),
            files,
        )
        return
    for path in unknown:
        storage().delete(path)
        logger.warning("%s belonged to no upload and was deleted.", path)


def mark(prefix, missing):
    rows = Upload.objects.filter(name__startswith=prefix)
    rows.exclude(pk__in=missing).exclude(missing_since=None).update(missing_since=None)
    new = rows.filter(pk__in=missing, missing_since=None)
    for name in new.values_list("name", flat=True):
        logger.error("A file of upload %s is missing.", name)
    new.update(missing_since=timezone.now())


def files_in(prefix):
    """Yields (path, time of the last change) of the files in a folder of the storage."""
    if hasattr(storage(), "files"):
        yield from storage().files(prefix)
        return
    for file in Path(storage().path(prefix)).glob("*/*"):
        if file.is_file():
            changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            yield f"{prefix}/{file.parent.name}/{file.name}", changed
