"""The two set-ups that the forum runs in, each as the environment of a test run.

E is SQLite and what is in memory. P is PostgreSQL and Redis: private ones on free ports, which go
when the run ends.
"""

import tempfile
from contextlib import ExitStack, contextmanager

from tests.support.postgresql import PostgreSQL
from tests.support.redis_server import RedisServer


@contextmanager
def embedded(workers):
    yield {
        "COLUMN": "E",
        "DATABASE_URL": "sqlite:///var/parley.sqlite3",
        "REDIS_URL": "",
        "REDIS_SERVERS": "",
    }


@contextmanager
def production(workers):
    """One PostgreSQL with a database for each worker; a Redis for each, as its pub/sub knows no
    databases.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-redis-"))
        postgresql = PostgreSQL(max_connections="400").start()
        stack.callback(postgresql.stop)
        servers = [RedisServer(folder) for _ in range(workers)]
        for server in servers:
            server.start()
            stack.callback(server.kill)
        addresses = " ".join(server.address for server in servers)
        yield {"COLUMN": "P", "DATABASE_URL": postgresql.url, "REDIS_SERVERS": addresses}


COLUMNS = {"E": embedded, "P": production}
