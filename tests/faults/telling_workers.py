"""A program that forks workers who tell members of events, and write them emails, until they are
killed (kill -9).

With the argument "mail" they write the emails of mailing lists and digests alone. Reads a seed from
each line of stdin. Prints a line once its worker is dead. With "push" they send pushes; each line
is the number of the run, and the process id is printed, since the push service kills them.
"""

import os
import random
import signal
import subprocess
import sys
import time

from tests.support.server import ROOT

# Seconds between the beginning of a worker's work and its death, at most.
LONGEST = {"tell": 0.2, "mail": 1.0}


class TellingWorkers:
    """The program as a subprocess. `environment` is that of a Server, `work` the argument."""

    def __init__(self, environment, work="tell"):
        command = [sys.executable, "-m", "tests.faults.telling_workers", work]
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

    def begin_to_push(self, run):
        """The id of a worker that lives until somebody kills it."""
        self.begin(run)
        return int(self.program.stdout.readline())

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
    load_pages()
    for line in sys.stdin:
        chance = random.Random(int(line))
        receiver, sender = os.pipe()
        worker = os.fork()
        if not worker:
            if sys.argv[1] == "mail":
                mail_until_killed(sender)
            if sys.argv[1] == "push":
                push_until_killed(sender, int(line))
            work_until_killed(sender, writes=chance.random() < 0.5)
        os.close(sender)
        os.read(receiver, 1)
        os.close(receiver)
        if sys.argv[1] == "push":
            print(worker, flush=True)
        else:
            time.sleep(chance.uniform(0, LONGEST[sys.argv[1]]))
            os.kill(worker, signal.SIGKILL)
        was_killed = os.WTERMSIG(os.waitpid(worker, 0)[1]) == signal.SIGKILL
        print("dead" if was_killed else "failed", flush=True)


def load_pages():
    """What emails need of addresses and templates, once for all workers."""
    from django.template.loader import get_template
    from django.urls import reverse

    reverse("notifications")
    for name in ("notice.html", "notice.txt", "notices.html", "notices.txt"):
        get_template(f"notifications/mail/{name}")


def work_until_killed(sender, writes):
    """Tell members of events or, if it `writes`, write emails."""
    from forum.notifications import concerned, retention, telling
    from forum.notifications.mailing import sending
    from forum.notifications.mailing.models import Delivery
    from forum.notifications.models import Event

    retention.MOST = 10**9  # so that everything can be counted
    concerned.BATCH = 2  # so that many die between the batches of an event
    sending.MOST_SINGLE = sending.MOST  # each notice has an email of its own, at once
    sending.MOST_AN_HOUR = 10**9
    taken, act = (Delivery, sending.send) if writes else (Event, telling.tell_some)
    while True:
        if row := taken.objects.take():
            act(row)
        os.write(sender, b".")


def mail_until_killed(sender):
    from forum.mail.backend import Backend
    from forum.notifications.mailing import digests, sending
    from forum.notifications.models import Delivery

    def slowly(backend, messages, write=Backend.send_messages):
        write(backend, messages)
        time.sleep(0.01)  # so that many die between an email and what follows

    Backend.send_messages = slowly
    digests.BATCH, sending.MOST_LISTED = 3, 2
    Delivery.objects.due().exists()  # connects
    os.write(sender, b".")
    jobs = [sending.deliver, digests.write_due]
    while True:
        for work in jobs if os.getpid() % 2 else reversed(jobs):
            work()


def push_until_killed(sender, run):
    """The time to live of each push tells the run."""
    from forum.notifications.push import messages, sending
    from forum.notifications.push.models import PushDelivery

    def slowly(delivery, outcome, record=sending.record):
        time.sleep(0.01)  # so that many die between an answer and its record
        record(delivery, outcome)

    sending.record, sending.AT_ONCE, sending.MOST_AN_HOUR = slowly, 4, 10**9
    messages.SECONDS += run
    PushDelivery.objects.due().exists()  # connects
    os.write(sender, b".")
    while True:
        sending.deliver()


if __name__ == "__main__":
    main()
