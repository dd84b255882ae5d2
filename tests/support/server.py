"""A real server in a separate process, on the database of the running tests."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
UVICORN = """
import sys, uvicorn
from forum.serving.uvicorn_options import server_options
uvicorn.run(sys.argv[2], port=int(sys.argv[1]), log_level="warning", **server_options())
"""  # one process that can be killed and frozen; "serve" has a parent before it
# Without the engine's own protocol.
PLAIN = UVICORN.replace("**server_options()", "**dict(server_options(), ws='websockets-sansio')")
COMMANDS = {
    "daphne": ["-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "{application}"],
    # daphne, too
    "runserver": ["manage.py", "runserver", "--noreload", "--verbosity", "0", "127.0.0.1:{port}"],
    "uvicorn": ["-c", UVICORN, "{port}", "{application}"],
    "plain uvicorn": ["-c", PLAIN, "{port}", "{application}"],
    "serve": ["manage.py", "serve", "--bind", "127.0.0.1:{port}", "--processes", "2"],
}


class Server:
    """A server process; `address` is its URL, `log` a file for its output."""

    def __init__(
        self, kind="daphne", application="forum.asgi:application", log=None, **environment
    ):
        self.kind, self.application, self.environment, self.process = (
            kind,
            application,
            environment,
            None,
        )
        self.log = log
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [
            sys.executable,
            *(
                part.format(port=self.port, application=self.application)
                for part in COMMANDS[self.kind]
            ),
        ]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **self.settings()},
            stdout=self.log,
            stderr=self.log,
        )
        deadline = time.monotonic() + 120  # it may be one of many that start just now
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.kind} did not start")
            time.sleep(0.05)
        return self

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def settings(self):
        return {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": database_url(),
            "REDIS_SERVERS": "",  # it has the REDIS_URL of this worker, or one that it is given
            "SITE_URL": self.address,
            "DEBUG": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            **self.environment,
        }

    def _answers(self):
        try:
            with self._get("/u/1.css"):
                return True
        except OSError:  # not started, or not ready yet
            return False

    def _get(self, path, **headers):
        return urllib.request.urlopen(
            urllib.request.Request(self.address + path, headers=headers), timeout=30
        )


def database_url():
    """The database that this test run uses now, as a URL for another process."""
    settings = connection.settings_dict
    if settings["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{settings['NAME']}"
    who = f"{settings['USER']}:{settings['PASSWORD']}@" if settings["USER"] else ""
    host, port = settings["HOST"] or "localhost", settings["PORT"] or 5432
    return f"postgres://{who}{host}:{port}/{settings['NAME']}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
