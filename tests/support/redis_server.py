"""A private Redis on a free port, for a column and for tests that stop, kill or freeze it."""

import signal
import subprocess
from pathlib import Path

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from tests.support.server import free_port


class RedisServer:
    """A redis-server process; `address` is its URL."""

    def __init__(self, folder):
        self.folder, self.port, self.process = Path(folder), free_port(), None
        self.address = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        log = (self.folder / "redis.log").open("a")
        self.process = subprocess.Popen(
            [*command, "--dir", str(self.folder)], stdout=log, stderr=log
        )
        patient = redis.Redis(port=self.port, retry=Retry(ConstantBackoff(0.05), 100))
        patient.ping()
        patient.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def flush(self):
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def limit(self, size):
        """Refuses writes beyond so many bytes; 0 is no limit."""
        with redis.Redis(port=self.port) as client:
            client.config_set("maxmemory", size)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)
