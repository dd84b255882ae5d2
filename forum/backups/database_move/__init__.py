"""Everything from SQLite to an empty PostgreSQL database, in steps that can be interrupted at any
moment.

Rows go over in the order of their keys, some thousand in a transaction. So whoever calls this again
goes on after the highest key that has arrived. Each table is then read on both sides and compared
by count and hash; one that differs, because it was written to since an earlier run, is emptied and
copied once more.
"""

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from forum.backups import BackupError, states
from forum.backups.database_move import rows, tables, target
from forum.backups.database_move.errors import MoveError
from forum.backups.database_move.verification import proof_of
from forum.backups.sqlite_schema import check_references


def move(url, report, advance):
    """Moves all to `url`; `report` learns what was copied. Raises MoveError with a sentence on what
    to do.

    `advance(done, total, text)` moves a progress bar.
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
        with target.opened(url) as there:
            before = data_version()
            target.prepare(there, url)
            for model in tables.models():
                bring(model, there, report, advance)
            if data_version() != before:
                raise MoveError(written_meanwhile())
            target.finish(there)
    except DatabaseError as error:
        raise MoveError(_("PostgreSQL says: %s") % str(error).strip()) from error


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


def bring(model, there, report, advance):
    """All rows of a table. What is there from an earlier run stays if it is right."""
    rows.copy(model, there, report, advance)
    if proof_of(model, connection) != proof_of(model, there):
        rows.empty(model, there)
        rows.copy(model, there, report, advance)
        if proof_of(model, connection) != proof_of(model, there):
            raise MoveError(
                _("%s differs after it was copied. ") % model._meta.db_table + written_meanwhile()
            )
    report.tables += 1


def data_version():
    """Another number when somebody else has written to the SQLite file."""
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA data_version").fetchone()


def written_meanwhile():
    return _(
        "The SQLite database changed in the meantime. Stop the site and run this again: it copies"
        " only what differs."
    )
