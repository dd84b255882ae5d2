"""Moves everything from SQLite to an empty PostgreSQL database; can be interrupted at any time.

Rows are copied in the order of their keys, a thousand per transaction, so that another run resumes
after the highest key copied. Each table is then compared by count and hash; one that differs,
because it was written to since an earlier run, is truncated and copied again.
"""

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from forum.backups import BackupError, states
from forum.backups.database_move import rows, tables, target
from forum.backups.database_move.errors import MoveError
from forum.backups.database_move.verification import fingerprint
from forum.backups.sqlite_schema import check_references


def move(url, report, advance):
    """Move everything to the database at `url`. Raises MoveError.

    Counts what was copied in `report`; `advance(done, total, text)` moves a progress bar.
    """
    if connection.vendor != "sqlite":
        raise MoveError(
            _(
                "DATABASE_URL isn't a SQLite database: this command only copies from SQLite to"
                " PostgreSQL."
            )
        )
    check_state()
    try:
        with target.opened(url) as destination:
            before = data_version()
            target.prepare(destination, url)
            for model in tables.models():
                copy_table(model, destination, report, advance)
            if data_version() != before:
                raise MoveError(changed_meanwhile())
            target.finish(destination)
    except DatabaseError as error:
        raise MoveError(_("PostgreSQL reported: %s") % str(error).strip()) from error


def check_state():
    found = states.of_database(connection)
    missing, unknown = states.missing_and_unknown(found)
    if missing or unknown:
        raise MoveError(
            _(
                "The SQLite database doesn't match this version of the code. First run: manage.py"
                " migrate"
            )
        )
    try:
        connection.ensure_connection()
        check_references(connection.connection, connection.settings_dict["NAME"])
    except BackupError as error:
        raise MoveError(str(error)) from error


def copy_table(model, destination, report, advance):
    """Copy and verify a table; rows copied by an earlier run are kept if they are right."""
    rows.copy(model, destination, report, advance)
    if fingerprint(model, connection) != fingerprint(model, destination):
        rows.truncate(model, destination)
        rows.copy(model, destination, report, advance)
        if fingerprint(model, connection) != fingerprint(model, destination):
            raise MoveError(
                _("%s differs after it was copied. ") % model._meta.db_table + changed_meanwhile()
            )
    report.tables += 1


def data_version():
    """A number that changes when another connection writes to the SQLite file."""
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA data_version").fetchone()


def changed_meanwhile():
    return _(
        "The SQLite database changed in the meantime. Stop the site and run this again: it copies"
        " only what differs."
    )
