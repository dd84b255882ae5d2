"""The destination database. A table in it records that a move has claimed it, and its progress."""

import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import environ
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from forum.backups.database_move import tables
from forum.backups.database_move.errors import MoveError
from forum.models.epochs import new_epoch

ALIAS = "move_target"
# A table of (what, value): the source, each foreign key as SQL, and whether it is ready for rows.
MARK = "parley_move"


@contextmanager
def opened(url):
    """A temporary Django connection to the database at `url`. Raises MoveError."""
    if urlsplit(url).scheme not in ("postgres", "postgresql"):
        raise MoveError(_("--to takes a URL like postgres://user:password@host/name"))
    config = environ.Env.db_url_config(url)
    connections.settings[ALIAS] = connections.configure_settings(
        {**connections.settings, ALIAS: config}
    )[ALIAS]
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]


def prepare(destination, url):
    """Create empty tables without foreign keys, so that the order of copying doesn't matter.

    Does nothing if an earlier run has done so.
    """
    claim(destination)
    if read_notes(destination, "ready"):
        return
    migrate(url)
    with transaction.atomic(destination.alias), destination.cursor() as cursor:
        names = ", ".join(
            destination.ops.quote_name(model._meta.db_table) for model in tables.models()
        )
        # Rows created by the migrations are copied with the rest.
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM"
            " pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
        for table, name, definition in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            add_note(cursor, "reference", f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        add_note(cursor, "ready", "")


def claim(destination):
    """Claim the database for this move. Raises MoveError if it is in use or not empty."""
    with transaction.atomic(destination.alias), destination.cursor() as cursor:
        check_encoding(cursor)
        # Held until this connection is closed.
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [MARK])
        if not cursor.fetchone()[0]:
            raise MoveError(
                _(
                    "Another move to this database is running. Wait for it or stop it, then run"
                    " this again."
                )
            )
        found = destination.introspection.table_names(cursor)
        if found and MARK not in found:
            raise MoveError(
                _(
                    "The database %(name)s isn't empty: %(tables)s. Use an empty one; createdb"
                    " creates it."
                )
                % {"name": destination.settings_dict["NAME"], "tables": ", ".join(found[:5])}
            )
        if not found:
            cursor.execute("CREATE TABLE parley_move (what text, value text)")
            add_note(cursor, "source", source())
        elif read_notes(destination, "source") != [source()]:
            raise MoveError(
                _(
                    "Another forum's database is being moved to this one. Use an empty one;"
                    " createdb creates it."
                )
            )


def check_encoding(cursor):
    cursor.execute("SHOW server_encoding")
    if (encoding := cursor.fetchone()[0]) != "UTF8":
        raise MoveError(
            _(
                "The database encoding %s can't store every character. Create it with: createdb -E"
                " UTF8 -T template0"
            )
            % encoding
        )


def source():
    """Identifies the forum: the time of its first migration, to the microsecond."""
    return str(MigrationRecorder(connection).applied_migrations()["forum", "0001_initial"].applied)


def add_note(cursor, what, value):
    cursor.execute("INSERT INTO parley_move VALUES (%s, %s)", [what, value])


def read_notes(destination, what):
    with destination.cursor() as cursor:
        cursor.execute("SELECT value FROM parley_move WHERE what = %s ORDER BY value", [what])
        return [value for (value,) in cursor.fetchall()]


def migrate(url):
    """Migrate the destination in a separate process, where no migration can touch the source."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603 - our own program
    if done.returncode:
        raise MoveError(
            _("The tables could not be created: %s") % done.stderr.strip().splitlines()[-1]
        )


def finish(destination):
    """Add foreign keys, sequences and new epochs in one transaction: then the move is complete."""
    with transaction.atomic(destination.alias), destination.cursor() as cursor:
        for statement in read_notes(destination, "reference"):
            cursor.execute(statement)
        for table, column, given in sequences():
            name = destination.ops.quote_name(table)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [name, column, given]
            )
        cursor.execute("UPDATE forum_topic SET epoch = %s", [new_epoch()])
        cursor.execute("UPDATE forum_user SET personal_epoch = %s", [new_epoch()])
        cursor.execute("DROP TABLE parley_move")
    with destination.cursor() as cursor:
        cursor.execute("ANALYZE")


def sequences():
    """[(table, column, highest id ever assigned)]; ids of deleted rows are not reused either."""
    with connection.cursor() as cursor:
        given = dict(
            cursor.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0").fetchall()
        )
    numbered = [model._meta for model in tables.models() if tables.has_generated_keys(model)]
    return [
        (meta.db_table, meta.pk.column, given[meta.db_table])
        for meta in numbered
        if meta.db_table in given
    ]
