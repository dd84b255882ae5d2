"""A PostgreSQL that tests may break, and that the test run uses meanwhile instead of its own."""

from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection

from tests.support.postgresql import PostgreSQL


@contextmanager
def breakable():
    """A PostgreSQL with the forum's tables; commits survive a kill, as on a real site."""
    server = PostgreSQL(synchronous_commit="on", max_connections="60").start()
    try:
        with used(server):
            call_command("migrate", verbosity=0)
        yield server
    finally:
        server.stop()


@contextmanager
def used(server):
    """Meanwhile all new connections, in any thread, go to this server."""
    settings = connection.settings_dict
    there = {
        "HOST": "127.0.0.1",
        "PORT": server.port,
        "NAME": "postgres",
        "USER": "postgres",
        "PASSWORD": "",
    }
    here = {name: settings[name] for name in there}
    connect_to(there)
    try:
        yield server
    finally:
        connect_to(here)


def connect_to(place):
    connection.close()
    connection.close_pool()
    connection.settings_dict.update(place)


@contextmanager
def no_free_connections(server):
    """Meanwhile all connections of the server are in use; the forum's are closed first."""
    held = []
    try:
        while True:
            try:
                held.append(psycopg.connect(server.url, autocommit=True))
            except psycopg.OperationalError:
                break
            held[0].execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND NOT pid = ANY(%s)",
                [[one.info.backend_pid for one in held]],
            )
        yield
    finally:
        for one in held:
            one.close()
