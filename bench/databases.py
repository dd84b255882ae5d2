"""PostgreSQL of our own for one measurement, and copies of a database; the same for files of
SQLite.
"""

import os
import shutil
from pathlib import Path


def private_server(command):
    """`command` with a PostgreSQL server that goes when it ends. It writes through to the disk, as
    on a real site.
    """
    return ["pg_virtualenv", "-t", "-o", "fsync=on", *command]


def new_database(kind, name):
    """The URL of an empty database, or None for what `prepared()` makes by itself."""
    if kind == "sqlite":
        return None
    ask_server(f"CREATE DATABASE {name}")
    return address_of(name)


def copy_of(kind, name):
    """The URL of a copy of Django's database, made while nobody else uses it."""
    from django.db import connection

    with connection.cursor() as cursor:
        if kind == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    if kind == "sqlite":
        original = Path(connection.settings_dict["NAME"])
        copy = shutil.copy(original, original.with_name(f"{name}.sqlite3"))
        return f"sqlite:///{copy}"
    connection.close_pool()
    ask_server(f"CREATE DATABASE {name} TEMPLATE {connection.settings_dict['NAME']}")
    return address_of(name)


def chief(kind):
    """The process whose children work for the database; None where the server does that work
    itself.
    """
    if kind == "sqlite":
        return None
    folder = Path(ask_server("SHOW data_directory"))
    return int((folder / "postmaster.pid").read_text().split()[0])


def ask_server(statement):
    import psycopg

    with psycopg.connect(address_of("postgres"), autocommit=True) as server:
        answer = server.execute(statement)
        return answer.fetchone()[0] if answer.description else None


def address_of(name):
    who = "{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}".format(**os.environ)
    return f"postgres://{who}/{name}"
