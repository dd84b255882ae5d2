"""Atomic creation of files that only their owner may read, because backups contain secrets."""

import os
from contextlib import contextmanager, suppress
from pathlib import Path

from django.utils.translation import gettext as _

from .errors import BackupError


@contextmanager
def written_atomically(path):
    """Yield a temporary path beside `path`, which is renamed to it on success.

    Raises BackupError if `path` exists or can't be written.
    """
    path = Path(path)
    if path.is_dir():
        raise BackupError(_("%s is a folder. Give the name of a file in it.") % path)
    if path.exists():
        raise BackupError(
            _("%s already exists. Choose another name, or move that file away.") % path
        )
    with temporary_file(path.with_name(path.name + ".part")) as part:
        yield part
        fsync(part)
        os.rename(part, path)
        fsync(path.parent)


@contextmanager
def temporary_file(path):
    """Yield `path` as a new, empty file, and always remove it in the end. Raises BackupError."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise BackupError(
            _(
                "%s already exists: another backup is running, or one was interrupted. If none is,"
                " delete it."
            )
            % path
        ) from error
    except OSError as error:
        raise BackupError(could_not_write(path, error.strerror)) from error
    try:
        yield path
    except OSError as error:
        raise BackupError(could_not_write(path, error.strerror)) from error
    finally:
        for name in (path, Path(f"{path}-journal"), Path(f"{path}-wal"), Path(f"{path}-shm")):
            with suppress(FileNotFoundError):
                name.unlink()


def could_not_write(path, reason):
    return _(
        "%(path)s could not be written: %(reason)s. No partial file was left. Free some space, fix"
        " the folder or its permissions, or choose another place; then try again."
    ) % {"path": path, "reason": reason}


def fsync(path):
    """Flush a file or folder to disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
