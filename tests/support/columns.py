"""The two set-ups that the forum runs in, each as the environment of a test run.

`sqlite` is SQLite and what is in memory. `postgresql` is PostgreSQL and Redis: private ones on free
ports, which go when the run ends.
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
    """One PostgreSQL with a database for each worker; a Redis for each, as its pub/sub knows no
    databases.
    """
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
