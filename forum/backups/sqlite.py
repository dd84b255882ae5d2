"""SQLite: copied page by page through its own backup interface.

The reader holds one snapshot from beginning to end. In WAL mode that keeps no writer waiting, and
the copy need not begin anew whenever somebody writes, which the interface does otherwise. VACUUM
INTO keeps nobody waiting either, but costs more (`bench/sqlite_writes.py`), gives no sign of its
progress, and its copy is not the same page for page.
"""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from forum.models.editions import new_word
from forum.models.epochs import new_epoch

from .errors import BackupError
from .files import could_not_write, passing
from .sqlite_schema import check_schema
from .states import HOLD_MAILS, not_a_backup

NAME, MAGIC, SUFFIX = "SQLite", b"SQLite format 3\0", ".sqlite3"
PAGES = 2000  # copied between two moves of the progress bar


def is_there(connection):
    """Whoever connects makes the file."""
    return Path(connection.settings_dict["NAME"]).exists()


def back_up(connection, path, advance):
    connection.ensure_connection()
    with writing(path) as copy:
        with snapshot(connection.connection) as source:
            copy_pages(source, copy, advance)
        finish(copy, path)


def migrations(path):
    """{(app, name)} of a backup. Raises BackupError when it is none."""
    try:
        with reading(path) as file:
            if not file.execute(
                "SELECT 1 FROM sqlite_master WHERE (type, name) = ('table', 'django_migrations')"
            ).fetchone():
                raise not_a_backup(path)  # a view of that name could count for ever
            return set(file.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.DatabaseError as error:
        raise not_a_backup(path) from error


def check(path):
    """Raises BackupError when its tables are not those of this code, or rows are missing."""
    try:
        with reading(path) as file:
            check_schema(file, path)
    except sqlite3.DatabaseError as error:
        raise not_a_backup(path) from error


def restore(connection, path, advance):
    """A copy is made ready beside the database and checked; then its pages replace all others in
    one transaction.

    Whoever has the database open sees the old rows until that is committed, and then the new ones.
    """
    connection.ensure_connection()
    live = connection.connection
    with (
        passing(Path(f"{connection.settings_dict['NAME']}.restoring")) as ready,
        writing(ready) as copy,
    ):
        with reading(path) as source:
            copy_pages(source, copy, advance)
        # again, since the file may have changed; and before anything runs in it
        check_schema(copy, path)
        finish(copy, path)
        go_on_from(live, copy)
        copy.execute(
            "UPDATE forum_topic SET epoch = ?, change = change + 1, header_change = change + 1",
            [new_epoch()],
        )
        copy.execute("UPDATE forum_user SET personal_epoch = ?", [new_epoch()])
        copy.execute("UPDATE forum_edition SET word = ?", [new_word()])
        copy.execute(HOLD_MAILS)
        copy_pages(copy, live, advance)
    live.execute("PRAGMA wal_checkpoint(PASSIVE)")


def go_on_from(live, copy):
    """No number that somebody may have seen comes again: ids in pages and links, changes of topics
    in open lists.
    """
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
    """A connection to a new file. No journal: what fails half-way is thrown away."""
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
        # it has waited as long as `timeout` says
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BackupError(
                _("The database is being written to constantly. Stop the site and try again.")
            )
        advance(total - remaining, total)

    source.backup(target, pages=PAGES, progress=moved)


def finish(copy, path):
    """Makes it one file without companions, and reads all of it once."""
    copy.execute("PRAGMA journal_mode=DELETE")
    problems = [problem for (problem,) in copy.execute("PRAGMA integrity_check(5)")]
    if problems != ["ok"]:
        raise BackupError(
            _("%(path)s is damaged: %(problems)s. Check the disk; restore an older backup.")
            % {"path": path, "problems": "; ".join(problems)}
        )
