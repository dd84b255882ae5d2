"""A temporary PostgreSQL server, and copies of databases (PostgreSQL and SQLite)."""

import os
import shutil
from pathlib import Path


def private_server(command):
    """`command` run with a temporary PostgreSQL server, with fsync on, as in production."""
    return ["pg_virtualenv", "-t", "-o", "fsync=on", *command]


def new_database(kind, name):
    """The URL of an empty database; None for SQLite, where `prepared()` creates it."""
    if kind == "sqlite":
        return None
    ask_server(f"CREATE DATABASE {name}")
    return address_of(name)


def copy_of(kind, name):
    """The URL of a copy of Django's database, which nothing else may be using."""
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
    end_sessions(connection.settings_dict["NAME"])
    ask_server(f"CREATE DATABASE {name} TEMPLATE {connection.settings_dict['NAME']}")
    return address_of(name)


def end_sessions(name):
    """Ends the sessions that stopped servers have left behind: a database in use has no copy."""
    ask_server(
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity "
        f"WHERE datname = '{name}'"
    )


def database_pid(kind):
    """The id of the database's parent process; None for SQLite, which runs in the server."""
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
    login = "{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}".format(**os.environ)
    return f"postgres://{login}/{name}"
