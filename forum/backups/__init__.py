"""Backups of the whole database, made and restored while the site runs.

Each kind of database has a module with the same few names:
`NAME`, `MAGIC` (how its files begin), `SUFFIX`, `is_there(connection)`, `back_up(connection, path,
advance)`, `migrations(path)`, `check(path)` and `restore(connection, path, advance)`.
`advance(done, total)` moves a progress bar; `total` may be None.
All of them raise BackupError with a sentence for the person who asked.
"""

from django.db import DatabaseError
from django.utils.translation import gettext as _

from . import postgresql, sqlite, states
from .errors import BackupError
from .files import written_whole

KINDS = {"sqlite": sqlite, "postgresql": postgresql}


def suffix(connection):
    return KINDS[connection.vendor].SUFFIX


def back_up(connection, path, advance):
    """Writes the database to a new file, which is there only when it is whole."""
    try:
        if not KINDS[connection.vendor].is_there(connection) or not states.is_forum(
            states.of_database(connection)
        ):
            raise BackupError(
                _("There is no forum in this database yet. Create one with: manage.py migrate")
            )
        with written_whole(path) as part:
            KINDS[connection.vendor].back_up(connection, part, advance)
    except DatabaseError as error:
        raise BackupError(_("The database does not answer: %s") % error) from error


def check(connection, path):
    """Raises BackupError unless this code and this database can take the backup at `path`."""
    kind = kind_of(path)
    if kind != connection.vendor:
        raise BackupError(
            _(
                "%(path)s is a backup of a %(theirs)s database, and DATABASE_URL names one of"
                " %(ours)s. Restore it into a %(theirs)s database; from SQLite to PostgreSQL it"
                " then goes on with: manage.py move_database"
            )
            % {"path": path, "theirs": KINDS[kind].NAME, "ours": KINDS[connection.vendor].NAME}
        )
    states.check_same(KINDS[kind].migrations(path), path)
    KINDS[kind].check(path)
    try:
        states.check_ours(connection)
    except DatabaseError as error:
        raise BackupError(_("The database does not answer: %s") % error) from error


def restore(connection, path, advance):
    """Replaces everything in the database by what was checked at `path`, all at once or not at
    all.
    """
    KINDS[connection.vendor].restore(connection, path, advance)


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
