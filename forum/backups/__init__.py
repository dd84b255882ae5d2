"""Backups of the whole database and of all uploads, made and restored while the site runs.

Each kind of database has a module with the same interface: `NAME`, `MAGIC` (the first bytes of its
files), `SUFFIX`, `exists(connection)`, `back_up(connection, path, advance)`, `migrations(path)`,
`uploads(path)`, `check(path)` and `restore(connection, path, advance)`. `advance(done, total)`
moves a progress bar; `total` may be None. All of them raise BackupError with a message for the
user.
"""

from contextlib import ExitStack

from django.db import DatabaseError
from django.utils.translation import gettext as _

from . import postgresql, sqlite, states, uploads
from .errors import BackupError
from .files import written_atomically

KINDS = {"sqlite": sqlite, "postgresql": postgresql}


def suffix(connection):
    return KINDS[connection.vendor].SUFFIX


def back_up(connection, path, advance, report=None):
    """Write the database to a new file, which appears only when it is complete.

    With a uploads.Report, the files of uploads are copied as well. Raises BackupError.
    """
    kind = KINDS[connection.vendor]
    try:
        if not kind.exists(connection) or not states.is_forum(states.of_database(connection)):
            raise BackupError(
                _("There is no forum in this database yet. Create one with: manage.py migrate")
            )
        with ExitStack() as stack:
            part = stack.enter_context(written_atomically(path))
            kind.back_up(connection, part, advance)
            if report and (paths := uploads.needed(kind.uploads(part))):
                listed = stack.enter_context(written_atomically(uploads.list_of(path)))
                listed.write_text(uploads.back_up(paths, path, report, advance))
    except DatabaseError as error:
        raise BackupError(_("The database does not answer: %s") % error) from error


def check(connection, path, with_uploads=True):
    """Raise BackupError unless the backup at `path` fits this code and this database."""
    kind = kind_of(path)
    if kind != connection.vendor:
        raise BackupError(
            _(
                "%(path)s is a backup of a %(theirs)s database, but DATABASE_URL is a %(ours)s"
                " database. Restore it into a %(theirs)s database. From SQLite you can then move to"
                " PostgreSQL with: manage.py move_database"
            )
            % {"path": path, "theirs": KINDS[kind].NAME, "ours": KINDS[connection.vendor].NAME}
        )
    states.check_same_version(KINDS[kind].migrations(path), path)
    KINDS[kind].check(path)
    if with_uploads:
        uploads.check(uploads.needed(KINDS[kind].uploads(path)), path)
    try:
        states.check_target(connection)
    except DatabaseError as error:
        raise BackupError(_("The database does not answer: %s") % error) from error


def restore(connection, path, advance, report=None):
    """Replace the whole database by the backup at `path`, atomically. Call `check` first.

    With a uploads.Report, the files of uploads are put back before.
    """
    kind = KINDS[connection.vendor]
    if report:
        uploads.restore(uploads.needed(kind.uploads(path)), path, report, advance)
    kind.restore(connection, path, advance)


def kind_of(path):
    try:
        with open(path, "rb") as file:
            beginning = file.read(16)
    except OSError as error:
        raise BackupError(
            _("%(path)s: %(reason)s.") % {"path": path, "reason": error.strerror}
        ) from error
    for kind, module in KINDS.items():
        if beginning.startswith(module.MAGIC):
            return kind
    raise states.not_a_backup(path)
