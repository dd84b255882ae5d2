"""A program that forks workers who tell members of events, and write them emails, until they are
killed (kill -9).

Reads a seed from each line of stdin. Prints a line once its worker is dead.
"""

import os
import random
import signal
import subprocess
import sys
import time

from tests.support.server import ROOT

LONGEST = 0.2  # seconds between the beginning of a worker's work and its death


class TellingWorkers:
    """The program as a subprocess. `environment` is that of a Server."""

    def __init__(self, environment):
        command = [sys.executable, "-m", "tests.faults.telling_workers"]
        self.program = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, seed):
        """Fork a worker that lives for a while."""
        self.program.stdin.write(f"{seed}\n")
        self.program.stdin.flush()

    def await_death(self):
        assert self.program.stdout.readline() == "dead\n"

    def stop(self):
        self.program.communicate()


def main():
    """Sets up Django once, without a database connection: each worker opens its own."""
    import django

    django.setup()
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    for line in sys.stdin:
        chance = random.Random(int(line))
        receiver, sender = os.pipe()
        worker = os.fork()
        if not worker:
            work_until_killed(sender, writes=chance.random() < 0.5)
        os.close(sender)
        os.read(receiver, 1)
        os.close(receiver)
        time.sleep(chance.uniform(0, LONGEST))
        os.kill(worker, signal.SIGKILL)
        was_killed = os.WTERMSIG(os.waitpid(worker, 0)[1]) == signal.SIGKILL
        print("dead" if was_killed else "failed", flush=True)


def work_until_killed(sender, writes):
    """Tell members of events or, if it `writes`, write emails."""
    from forum.notifications import telling
    from forum.notifications.mailing import sending
    from forum.notifications.mailing.models import Delivery
    from forum.notifications.models import Event

    telling.BATCH = 2  # so that many die between the batches of an event
    sending.MOST_SINGLE = sending.MOST  # each notice has an email of its own
    taken, act = (Delivery, sending.send) if writes else (Event, telling.tell_some)
    while True:
        if row := taken.objects.take():
            act(row)
        os.write(sender, b".")


if __name__ == "__main__":
    main()
