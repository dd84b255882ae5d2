"""The job queue, based on huey: in Redis, else in PostgreSQL, else in a SQLite file beside the
database.

The only module that knows huey. Nothing in the queue is worth keeping: see the package's docstring.
"""

import json
from functools import cache

from django.conf import settings
from django.db import connection
from huey import Huey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import PostgresStorage, RedisStorage, SqliteStorage

from forum.cache import circuit_breaker

from .running import run_named

NAME = "parley"
SCHEMA = "parley_queue"  # of PostgreSQL; not in backups
TIMEOUT = 2  # seconds for each answer of the store
POLL = 1.0  # seconds between two looks at an empty queue, at most


def put(name):
    """Whether the queue took it. Never raises."""
    if not circuit_breaker.queue.allows():
        return False
    try:
        task()(name)
    except Exception as error:  # noqa: BLE001 - three kinds of stores, each with its own
        circuit_breaker.queue.record_failure(error)
        return False
    circuit_breaker.queue.record_success()
    return True


def consumer(threads):
    """Raises what the store raises."""
    return QuietConsumer(
        task().huey, workers=threads, periodic=False, max_delay=POLL, scheduler_interval=60
    )


class QuietConsumer(Consumer):
    def _set_signal_handlers(self):
        """Signals are the server's."""


@cache
def task():
    """The only one that huey knows: a job by its name."""
    storage, options = store()
    return Huey(
        NAME, storage_class=patient(storage), results=False, serializer=JSON(), **options
    ).task()(run_named)


def store():
    """The storage class and its options, by the settings that are there."""
    if settings.REDIS_URL:
        from redis import ConnectionPool

        times = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
        return RedisStorage, {
            "blocking": False,
            "connection_pool": ConnectionPool.from_url(settings.REDIS_URL, **times),
        }
    if connection.vendor == "postgresql":
        return PostgresStorage, {"blocking": False, "connection": to_postgresql}
    return SqliteStorage, {
        "filename": f"{connection.settings_dict['NAME']}.queue",
        "fsync": False,
        "timeout": TIMEOUT,
    }


def to_postgresql():
    import psycopg

    given = connection.settings_dict
    named = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    parameters = {name: given[ours] for name, ours in named.items() if given[ours]}
    network = ("connect_timeout", "keepalives", "tcp_user_timeout", "ssl")
    options = {name: value for name, value in given["OPTIONS"].items() if name.startswith(network)}
    answers = f"-c search_path={SCHEMA} -c statement_timeout={TIMEOUT}s"
    made = psycopg.connect(**parameters, **options, options=answers, autocommit=True)
    made.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    return made


def patient(storage):
    """While the store is away its workers ask now and then, and it is logged once."""

    class Patient(storage):  # type: ignore[valid-type, misc]  # the settings name it
        def dequeue(self):
            if not circuit_breaker.queue.allows():
                return None
            try:
                data = super().dequeue()
            except Exception as error:  # noqa: BLE001
                circuit_breaker.queue.record_failure(error)
                return None
            circuit_breaker.queue.record_success()
            return data

    return Patient


class JSON(Serializer):
    """huey's own pickles: who can write to the store could run code."""

    def _serialize(self, message):
        return json.dumps([message.id, message.name, message.args]).encode()

    def _deserialize(self, data):
        identity, name, arguments = json.loads(data)
        return Message(identity, name, args=arguments, kwargs={}, retries=0, retry_delay=0)
