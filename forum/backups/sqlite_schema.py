"""What a SQLite file holds beside rows: tables, indexes, triggers and views, and whether they are
those of this code.

A trigger or a view that somebody put into a backup would run with every later write, and a missing
unique index would let in what the forum relies on never to see. So everything is compared with what
the migrations make.
"""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _

from .errors import BackupError

SHOWN = 5  # differences that are named
HIGHEST_ID = 2**53  # no forum gets there one by one, and SQLite gives ids up to 2**63 - 1
# Tables that SQLite makes by itself, told by their columns: with `writable_schema` anything can be
# named "sqlite_…".
ITS_OWN = {
    "CREATETABLEsqlite_sequence(name,seq)",
    "CREATETABLEsqlite_stat1(tbl,idx,stat)",
    "CREATETABLEsqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}


def check_schema(file, path):
    """Raises BackupError unless this file, opened from `path`, has the schema of this code and
    sound references.
    """
    found, expected = schema_of(file), expected_schema()
    differences = [
        _("%(kind)s %(name)s") % {"kind": kind, "name": name}
        for kind, name in sorted(found.keys() | expected.keys())
        if found.get((kind, name)) != expected.get((kind, name))
    ]
    if differences:
        raise BackupError(
            _(
                "%(path)s has been changed since it was made: %(differences)s differ from what"
                " Parley makes. Nothing was restored. Use a backup that nobody has edited."
            )
            % {"path": path, "differences": named(differences)}
        )
    check_references(file, path)
    check_numbers(file, path)


def check_numbers(file, path):
    """Raises BackupError when so few ids are left that the next row could not be stored."""
    for table, given in file.execute("SELECT name, seq FROM sqlite_sequence"):
        if not isinstance(given, int) or not 0 <= given <= HIGHEST_ID:
            raise BackupError(
                _(
                    "%(path)s has been changed since it was made: the next id of %(table)s is out"
                    " of range. Nothing was restored. Use a backup that nobody has edited."
                )
                % {"path": path, "table": table}
            )


def check_references(file, path):
    """Raises BackupError when a row refers to another that is not there."""
    broken = file.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        missing = [
            _("row %(row)s of %(table)s refers to a row of %(parent)s")
            % {
                "row": row,
                "table": table,
                "parent": parent,
            }
            for table, row, parent, _number in broken
        ]
        raise BackupError(
            _(
                "%(path)s is incomplete: %(missing)s that isn't there. Nothing was changed. Use"
                " another backup."
            )
            % {"path": path, "missing": named(missing)}
        )


def named(differences):
    more = len(differences) - SHOWN
    return ", ".join(differences[:SHOWN]) + (_(" and %(n)d more") % {"n": more} if more > 0 else "")


def schema_of(file):
    """{(kind, name): how it was made}; spaces and quotes, which versions of Django set differently,
    are left out.
    """
    rows = file.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    ).fetchall()
    made = {(kind, name): re.sub(r'[\s"`]', "", sql) for kind, name, sql in rows}
    return {key: sql for key, sql in made.items() if not (key[0] == "table" and sql in ITS_OWN)}


@cache
def expected_schema():
    """What the migrations make of an empty file: in a process of its own, where they can touch no
    other database.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/empty.sqlite3"
        command = [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "migrate",
            "--verbosity",
            "0",
        ]
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "REDIS_URL": ""}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603 - our own program
        if done.returncode:
            raise BackupError(
                _("The tables to compare with could not be made: %s")
                % done.stderr.strip().splitlines()[-1]
            )
        with closing(sqlite3.connect(file)) as made:
            return schema_of(made)
