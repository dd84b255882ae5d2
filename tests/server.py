"""A real server in a process of its own, on the database of the running tests."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = {
    "daphne": ["-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "{application}"],
    "uvicorn": ["-m", "uvicorn", "--port", "{port}", "--log-level", "warning", "--lifespan", "off",
                "--ws", "websockets-sansio", "--ws-max-size", "65536", "--timeout-graceful-shutdown", "10",
                "{application}"],
}  # fmt: skip


class Server:
    """`address` is where it answers. `kill`, `start`, `freeze` and `thaw` do what they say."""

    def __init__(self, kind="daphne", application="forum.asgi:application", **environment):
        self.kind, self.application, self.environment, self.process = kind, application, environment, None
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [
            sys.executable,
            *(part.format(port=self.port, application=self.application) for part in COMMANDS[self.kind]),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **self._settings()})
        deadline = time.monotonic() + 30
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.kind} did not start")
            time.sleep(0.05)
        return self

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def _settings(self):
        return {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": database_url(),
            "SITE_URL": self.address,
            "DEBUG": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            **self.environment,
        }

    def _answers(self):
        try:
            with urllib.request.urlopen(self.address + "/u/1.css", timeout=5):
                return True
        except urllib.error.URLError:
            return False


def database_url():
    """The database that this test run uses now, as a URL for another process."""
    settings = connection.settings_dict
    if settings["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{settings['NAME']}"
    who = f"{settings['USER']}:{settings['PASSWORD']}@" if settings["USER"] else ""
    return f"postgres://{who}{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}/{settings['NAME']}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
