"""A program that forks a mail worker for each line on stdin; tests may kill the worker.

Prints two lines for each: the worker's process id, and how it ended.
"""

import os
import signal
import subprocess
import sys

from tests.support.polling import until
from tests.support.server import ROOT


class Senders:
    """The program, from outside. `environment` is that of a Server."""

    def __init__(self, environment):
        command = [sys.executable, "-m", "tests.faults.senders"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.program = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, **pipes
        )
        self.worker = None

    def send(self):
        """Returns whether the worker was killed before it had sent everything."""
        self.program.stdin.write("send\n")
        self.program.stdin.flush()
        self.worker = int(self.program.stdout.readline())
        status = int(self.program.stdout.readline())
        self.worker = None
        assert status in (0, signal.SIGKILL)
        return status == signal.SIGKILL

    def kill(self):
        until(lambda: self.worker)
        os.kill(self.worker, signal.SIGKILL)

    def stop(self):
        self.program.communicate()


def main():
    """Sets up Django once, without a database connection: each worker opens its own."""
    import django

    django.setup()
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    for _line in sys.stdin:
        worker = os.fork()
        if not worker:
            from forum.mail.delivery import deliver

            deliver()
            os._exit(0)
        print(worker, flush=True)
        print(os.waitpid(worker, 0)[1], flush=True)


if __name__ == "__main__":
    main()
