"""The PostgreSQL database that all goes to. A table in it says that this move has claimed it, and
how far it is.
"""

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
# (what, value): the source, then each reference as SQL, then that it is ready for rows
MARK = "parley_move"


@contextmanager
def opened(url):
    """A connection of Django's to the database at `url`, for this one purpose."""
    if urlsplit(url).scheme not in ("postgres", "postgresql"):
        raise MoveError(_("--to takes an address like postgres://user:password@host/name"))
    config = environ.Env.db_url_config(url)
    connections.settings[ALIAS] = connections.configure_settings(
        {**connections.settings, ALIAS: config}
    )[ALIAS]
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]


def prepare(there, url):
    """Tables without rows and without references between them, which would ask for an order; or as
    a run left them.
    """
    claim(there)
    if marks(there, "ready"):
        return
    migrate(url)
    with transaction.atomic(there.alias), there.cursor() as cursor:
        names = ", ".join(there.ops.quote_name(model._meta.db_table) for model in tables.models())
        # what the migrations have put there comes with the rest
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM"
            " pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
        for table, name, definition in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            mark(cursor, "reference", f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        mark(cursor, "ready", "")


def claim(there):
    """Raises MoveError when the database is somebody else's."""
    with transaction.atomic(there.alias), there.cursor() as cursor:
        check_encoding(cursor)
        # until this connection ends
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [MARK])
        if not cursor.fetchone()[0]:
            raise MoveError(
                _(
                    "Another move to this database is running. Wait for it or stop it, then run"
                    " this again."
                )
            )
        found = there.introspection.table_names(cursor)
        if found and MARK not in found:
            raise MoveError(
                _(
                    "The database %(name)s isn't empty: %(tables)s. Use an empty one; createdb"
                    " creates it."
                )
                % {"name": there.settings_dict["NAME"], "tables": ", ".join(found[:5])}
            )
        if not found:
            cursor.execute("CREATE TABLE parley_move (what text, value text)")
            mark(cursor, "source", source())
        elif marks(there, "source") != [source()]:
            raise MoveError(
                _(
                    "Another forum's database was being moved there. Use an empty one; createdb"
                    " creates it."
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
    """When the forum was made, to the microsecond: no two have that in common."""
    return str(MigrationRecorder(connection).applied_migrations()["forum", "0001_initial"].applied)


def mark(cursor, what, value):
    cursor.execute("INSERT INTO parley_move VALUES (%s, %s)", [what, value])


def marks(there, what):
    with there.cursor() as cursor:
        cursor.execute("SELECT value FROM parley_move WHERE what = %s ORDER BY value", [what])
        return [value for (value,) in cursor.fetchall()]


def migrate(url):
    """In a process where it is the only database: a migration that forgot to ask which one cannot
    touch the source.
    """
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603 - our own program
    if done.returncode:
        raise MoveError(
            _("The tables could not be created: %s") % done.stderr.strip().splitlines()[-1]
        )


def finish(there):
    """References, sequences and epochs, all at once; from then on it is a forum like any other."""
    with transaction.atomic(there.alias), there.cursor() as cursor:
        for statement in marks(there, "reference"):
            cursor.execute(statement)
        for table, column, given in sequences():
            name = there.ops.quote_name(table)
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [name, column, given]
            )
        cursor.execute("UPDATE forum_topic SET epoch = %s", [new_epoch()])
        cursor.execute("UPDATE forum_user SET personal_epoch = %s", [new_epoch()])
        cursor.execute("DROP TABLE parley_move")
    with there.cursor() as cursor:
        cursor.execute("ANALYZE")


def sequences():
    """[(table, column, the highest id ever given)]: also ids of rows that are gone are not given
    again.
    """
    with connection.cursor() as cursor:
        given = dict(
            cursor.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0").fetchall()
        )
    numbered = [model._meta for model in tables.models() if tables.numbered(model)]
    return [
        (meta.db_table, meta.pk.column, given[meta.db_table])
        for meta in numbered
        if meta.db_table in given
    ]
