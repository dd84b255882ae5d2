"""The job queue, based on huey: in Redis, PostgreSQL, or a SQLite file beside the database.

The only module that imports huey. The queue may be lost at any time: see the package's docstring.
"""

import json
import threading
from functools import cache

from django.conf import settings
from django.db import connection
from huey import Huey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import PostgresStorage, RedisStorage, SqliteStorage

from forum.cache import circuit_breaker

from . import handover
from .running import run_named

NAME = "parley"
SCHEMA = "parley_queue"  # in PostgreSQL; excluded from backups
TIMEOUT = 2  # seconds for each response of the store
SHORTEST_POLL, POLL = 0.1, 1.0  # seconds between polls of an empty queue
BACKOFF = 1.15


def put(name):
    """Queue a job by name; False if that failed. Never raises."""
    if not circuit_breaker.queue.allows():
        return False
    try:
        task()(name)
    except Exception as error:  # noqa: BLE001 - each kind of store raises its own
        circuit_breaker.queue.record_failure(error)
        return False
    circuit_breaker.queue.record_success()
    return True


def consumer(threads):
    """A huey consumer with so many threads. Raises the store's errors."""
    return QuietConsumer(
        task().huey,
        workers=threads,
        periodic=False,
        initial_delay=0,  # they wait in `dequeue`
        max_delay=0,
        scheduler_interval=60,
    )


class QuietConsumer(Consumer):
    def _set_signal_handlers(self):
        """Disabled: the server handles signals."""


@cache
def task():
    """The only huey task: runs a job by its name."""
    storage, options = store()
    return Huey(
        NAME, storage_class=tolerant(storage), results=False, serializer=JSON(), **options
    ).task()(run_named)


def store():
    """(storage class, options) according to the settings."""
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

    database = connection.settings_dict
    names = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    parameters = {name: database[ours] for name, ours in names.items() if database[ours]}
    network = ("connect_timeout", "keepalives", "tcp_user_timeout", "ssl")
    options = {
        name: value for name, value in database["OPTIONS"].items() if name.startswith(network)
    }
    answers = f"-c search_path={SCHEMA} -c statement_timeout={TIMEOUT}s"
    connected = psycopg.connect(**parameters, **options, options=answers, autocommit=True)
    connected.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    return connected


def tolerant(storage):
    """The storage class behind a circuit breaker: outages are logged once and don't raise.

    An idle worker of this process gets a task without the store.
    """

    class Tolerant(storage):  # type: ignore[valid-type, misc]  # depends on settings
        _polls = threading.local()

        def enqueue(self, data, priority=None):
            if not handover.give(data):
                super().enqueue(data, priority)

        def dequeue(self):
            data = self._stored()
            if data is not None:
                self._polls.pause = SHORTEST_POLL
                return data
            pause = getattr(self._polls, "pause", SHORTEST_POLL)
            self._polls.pause = min(pause * BACKOFF, POLL)
            return handover.wait(pause)

        def _stored(self):
            if not circuit_breaker.queue.allows():
                return None
            try:
                data = super().dequeue()
            except Exception as error:  # noqa: BLE001
                circuit_breaker.queue.record_failure(error)
                return None
            circuit_breaker.queue.record_success()
            return data

    return Tolerant


class JSON(Serializer):
    """With huey's pickles, anybody who can write to the store could run code."""

    def _serialize(self, message):
        return json.dumps([message.id, message.name, message.args]).encode()

    def _deserialize(self, data):
        identity, name, arguments = json.loads(data)
        return Message(identity, name, args=arguments, kwargs={}, retries=0, retry_delay=0)
