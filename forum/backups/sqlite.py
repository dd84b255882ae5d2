"""SQLite backups, copied page by page with SQLite's backup API.

The reader holds one snapshot throughout. In WAL mode that blocks no writer, and the copy needn't
restart after each write, as the API does otherwise. VACUUM INTO doesn't block either, but costs
more (`bench/sqlite_writes.py`), reports no progress, and doesn't copy pages as they are.
"""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from forum.models.editions import new_word
from forum.models.epochs import new_epoch

from .errors import BackupError
from .files import could_not_write, temporary_file
from .sqlite_schema import check_schema
from .states import HOLD_MAILS, not_a_backup

NAME, MAGIC, SUFFIX = "SQLite", b"SQLite format 3\0", ".sqlite3"
PAGES = 2000  # copied per update of the progress bar


def exists(connection):
    """Whether the file exists: connecting would create it."""
    return Path(connection.settings_dict["NAME"]).exists()


def back_up(connection, path, advance):
    connection.ensure_connection()
    with writing(path) as copy:
        with snapshot(connection.connection) as source:
            copy_pages(source, copy, advance)
        finish(copy, path)


def migrations(path):
    """The migrations in a backup, {(app, name)}. Raises BackupError if it is not a backup."""
    try:
        with reading(path) as file:
            if not file.execute(
                "SELECT 1 FROM sqlite_master WHERE (type, name) = ('table', 'django_migrations')"
            ).fetchone():
                raise not_a_backup(path)  # a view with that name could run for ever
            return set(file.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.DatabaseError as error:
        raise not_a_backup(path) from error


def uploads(path):
    """The (name, kind, state, thumbnails) of all uploads in a backup."""
    with reading(path) as file:
        return list(file.execute("SELECT name, kind, state, thumbnails FROM forum_upload"))


def check(path):
    """Raise BackupError if its schema is not that of this code, or references are broken."""
    try:
        with reading(path) as file:
            check_schema(file, path)
    except sqlite3.DatabaseError as error:
        raise not_a_backup(path) from error


def restore(connection, path, advance):
    """Prepare and check a copy beside the database, then replace all pages in one transaction.

    Other connections see the old rows until the commit, and the new ones afterwards.
    """
    connection.ensure_connection()
    live = connection.connection
    with (
        temporary_file(Path(f"{connection.settings_dict['NAME']}.restoring")) as ready,
        writing(ready) as copy,
    ):
        with reading(path) as source:
            copy_pages(source, copy, advance)
        # Again, since the file may have changed, and before executing anything in it.
        check_schema(copy, path)
        finish(copy, path)
        keep_counters(live, copy)
        copy.execute(
            "UPDATE forum_topic SET epoch = ?,"
            " change = change + 1, header_change = change + 1, row_change = change + 1",
            [new_epoch()],
        )
        copy.execute("UPDATE forum_user SET personal_epoch = ?", [new_epoch()])
        copy.execute("UPDATE forum_edition SET word = ?", [new_word()])
        for statement in HOLD_MAILS:
            copy.execute(statement)
        copy_pages(copy, live, advance)
    live.execute("PRAGMA wal_checkpoint(PASSIVE)")


def keep_counters(live, copy):
    """Keep counters from going back: ids in pages and links, change numbers in open lists."""
    if not live.execute("SELECT 1 FROM sqlite_master WHERE name = 'forum_topic'").fetchone():
        return
    for name, given in live.execute("SELECT name, seq FROM sqlite_sequence").fetchall():
        known = copy.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", [given, name]
        )
        if not known.rowcount:
            copy.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [name, given])
    heads = live.execute("SELECT change, id FROM forum_topic").fetchall()
    copy.executemany("UPDATE forum_topic SET change = max(change, ?) WHERE id = ?", heads)


@contextmanager
def reading(path):
    with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as file:
        file.execute("PRAGMA trusted_schema=OFF")
        yield file


@contextmanager
def writing(path):
    """A connection to a new file, without a journal: a failed copy is deleted anyway."""
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode=OFF")
        copy.execute("PRAGMA synchronous=OFF")
        try:
            yield copy
        except sqlite3.Error as error:
            raise BackupError(could_not_write(path, error)) from error


@contextmanager
def snapshot(source):
    source.execute("BEGIN DEFERRED")
    try:
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        yield source
    finally:
        source.execute("ROLLBACK")


def copy_pages(source, target, advance):
    def moved(status, remaining, total):
        # After waiting for `timeout`.
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BackupError(
                _("The database is being written to constantly. Stop the site and try again.")
            )
        advance(total - remaining, total)

    source.backup(target, pages=PAGES, progress=moved)


def finish(copy, path):
    """Make it a single file, without WAL, and check its integrity. Raises BackupError."""
    copy.execute("PRAGMA journal_mode=DELETE")
    problems = [problem for (problem,) in copy.execute("PRAGMA integrity_check(5)")]
    if problems != ["ok"]:
        raise BackupError(
            _("%(path)s is damaged: %(problems)s. Check the disk; restore an older backup.")
            % {"path": path, "problems": "; ".join(problems)}
        )
