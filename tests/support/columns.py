"""The two set-ups of the forum, each as the environment of a test run.

`sqlite` is SQLite and memory. `postgresql` is PostgreSQL and Redis: private servers on free ports,
which are stopped at the end of the run.
"""

import tempfile
from contextlib import ExitStack, contextmanager

from tests.support.postgresql import PostgreSQL
from tests.support.redis_server import RedisServer


@contextmanager
def sqlite(workers):
    yield {
        "COLUMN": "sqlite",
        "DATABASE_URL": "sqlite:///var/parley.sqlite3",
        "REDIS_URL": "",
        "REDIS_SERVERS": "",
    }


@contextmanager
def postgresql(workers):
    """A PostgreSQL with a database per worker, and a Redis per worker: pub/sub spans databases."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-redis-"))
        database = PostgreSQL(max_connections="400").start()
        stack.callback(database.stop)
        servers = [RedisServer(folder) for _ in range(workers)]
        for server in servers:
            server.start()
            stack.callback(server.kill)
        addresses = " ".join(server.address for server in servers)
        yield {"COLUMN": "postgresql", "DATABASE_URL": database.url, "REDIS_SERVERS": addresses}


COLUMNS = {"sqlite": sqlite, "postgresql": postgresql}
