"""A PostgreSQL server of its own for the tests that need one beside the database of their run."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.server import free_port

QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c listen_addresses=127.0.0.1"


@pytest.fixture(scope="session")
def postgresql():
    """kill(), start(), freeze() and thaw() do what they say; new_database() gives the URL of an empty one."""
    if not programs():
        pytest.skip("postgresql is not installed; bring it with: make services")
    server = PostgreSQL()
    server.make()
    server.start()
    yield server
    server.remove()


def programs():
    """The folder with initdb and its kin, of the newest version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class PostgreSQL:
    def __init__(self):
        self.folder, self.port, self.databases = Path(tempfile.mkdtemp(prefix="parley-postgresql-")), free_port(), 0
        self.address = f"postgres://postgres@127.0.0.1:{self.port}"

    def make(self):
        if os.getuid() == 0:  # it refuses to work for root
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self):
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", self._options, "start")

    def new_database(self):
        self.databases += 1
        name = f"forum{self.databases}"
        with psycopg.connect(f"{self.address}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{self.address}/{name}"

    def kill(self):
        self._signal(signal.SIGKILL)

    def freeze(self):
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def remove(self):
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    @property
    def data(self):
        return self.folder / "data"

    @property
    def _options(self):
        return f"-p {self.port} -k {self.folder} {QUICK}"

    def _signal(self, number):
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), number)

    def _run(self, program, *arguments):
        command = [str(programs() / program), *map(str, arguments)]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
