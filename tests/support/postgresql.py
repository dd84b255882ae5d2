"""A private PostgreSQL on a free port, for a column and for tests that stop, kill or freeze it."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.server import free_port

# Tests need not wait for the disk: only a crash of the machine would lose commits. They connect as
# superuser, so none of the few connections is reserved for superusers.
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "superuser_reserved_connections": "0",
}
DEADLINE = 90  # seconds, as the machine may be busy


@pytest.fixture(scope="session")
def postgresql():
    """A second PostgreSQL, for tests that create databases in it: `new_database()`."""
    if not programs():
        pytest.skip("PostgreSQL is not installed; bring it with: make services")
    server = PostgreSQL().start()
    yield server
    server.stop()


def programs():
    """The folder of the newest PostgreSQL's programs, which Debian keeps out of PATH, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4])
    )
    on_path = shutil.which("initdb")
    return found[-1].parent if found else on_path and Path(on_path).parent


class PostgreSQL:
    """`url` is an empty database. `stop` ends the server and deletes its files."""

    def __init__(self, **options):
        self.options = {**QUICK, "max_connections": "20", **options}
        self.folder, self.port, self.databases = (
            Path(tempfile.mkdtemp(prefix="parley-postgresql-")),
            free_port(),
            0,
        )
        self.url = self._address("postgres")
        self.who = {}
        if os.getuid() == 0:  # which may not run it
            shutil.chown(self.folder, "postgres")
            self.who = {"user": "postgres", "group": "postgres", "extra_groups": []}
        options = [
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        command = [programs() / "initdb", "--pgdata", self.folder, *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self.who)

    def start(self):
        command = [programs() / "postgres", "-D", self.folder, "-k", self.folder, "-h", "127.0.0.1"]
        command += ["-p", str(self.port)]
        command += [f"--{name}={value}" for name, value in self.options.items()]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self.who)
        deadline = time.monotonic() + DEADLINE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    "PostgreSQL did not start: " + (self.folder / "log").read_text()[-2000:]
                )
            time.sleep(0.05)
        return self

    def new_database(self, like=None):
        """The URL of a new database: empty, or a copy of `like`, which must have no connections."""
        self.databases += 1
        name, template = f"forum{self.databases}", like.rpartition("/")[2] if like else "template1"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._address(name)

    def stop(self):
        self.thaw()
        self.end()
        shutil.rmtree(self.folder)

    def kill(self):
        """Kills the server as a power failure would, except for the disk."""
        self._signal(signal.SIGKILL)
        self.process.wait(DEADLINE)

    def end(self):
        """At once, as `pg_ctl stop -m immediate` does."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(DEADLINE)

    def freeze(self):
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def _address(self, name):
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def _signal(self, number):
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        for process in [pid, *map(int, children.read_text().split())] if children.exists() else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def _answers(self):
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url, connect_timeout=2).close()
            return True
        return False
