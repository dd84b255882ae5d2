"""Compares the schema of a SQLite file with the one that the migrations create.

A trigger or view inserted into a backup would run on every later write, and a missing unique index
would admit rows that the forum relies on never to see.
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

SHOWN = 5  # differences listed in a message
MAX_ID = 2**53  # no forum reaches this one by one; SQLite assigns ids up to 2**63 - 1
# Tables that SQLite creates itself, recognised by their columns: with `writable_schema`, anything
# can be named "sqlite_…".
OWN_TABLES = {
    "CREATETABLEsqlite_sequence(name,seq)",
    "CREATETABLEsqlite_stat1(tbl,idx,stat)",
    "CREATETABLEsqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}


def check_schema(file, path):
    """Raise BackupError unless `file` (from `path`) has valid schema, references and counters."""
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
                " Parley creates. Nothing was restored. Use an unmodified backup."
            )
            % {"path": path, "differences": listed(differences)}
        )
    check_references(file, path)
    check_numbers(file, path)


def check_numbers(file, path):
    """Raise BackupError if a counter is so high that no further rows could be stored."""
    for table, highest in file.execute("SELECT name, seq FROM sqlite_sequence"):
        if not isinstance(highest, int) or not 0 <= highest <= MAX_ID:
            raise BackupError(
                _(
                    "%(path)s has been changed since it was made: the next id of %(table)s is out"
                    " of range. Nothing was restored. Use an unmodified backup."
                )
                % {"path": path, "table": table}
            )


def check_references(file, path):
    """Raise BackupError if a row refers to a missing one."""
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
            % {"path": path, "missing": listed(missing)}
        )


def listed(differences):
    more = len(differences) - SHOWN
    return ", ".join(differences[:SHOWN]) + (_(" and %(n)d more") % {"n": more} if more > 0 else "")


def schema_of(file):
    """{(kind, name): SQL}, without spaces and quotes, which depend on the version of Django."""
    rows = file.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    ).fetchall()
    made = {(kind, name): re.sub(r'[\s"`]', "", sql) for kind, name, sql in rows}
    return {key: sql for key, sql in made.items() if not (key[0] == "table" and sql in OWN_TABLES)}


@cache
def expected_schema():
    """The schema that the migrations create in an empty file.

    Runs in a separate process, where they can't affect another database. Raises BackupError.
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
                _("The tables to compare with could not be created: %s")
                % done.stderr.strip().splitlines()[-1]
            )
        with closing(sqlite3.connect(file)) as made:
            return schema_of(made)
