"""Workers that are killed while they post mails: none is lost, and none is posted twice."""

import os
import random
import subprocess
import sys
import time

from django.utils import timezone

from forum.incoming.models import IncomingMail
from tests.incoming.letters import reply_to
from tests.support import world
from tests.support.polling import until
from tests.support.scale import FULL
from tests.support.server import ROOT, Server

KILLS, MAILS = (100, 1000) if FULL else (5, 60)
WORKER = """
import django
django.setup()
from forum.incoming.processing import process
process()
"""


def test_killed_workers_lose_and_double_nothing(transactional_db, settings):
    settings.REPLY_ADDRESS = "forum+{}@example.org"
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    ada, topic = world.member("ada"), world.topic(world.member("grace"), world.category("Help"))
    post = topic.posts.get()
    for number in range(MAILS):
        raw = reply_to(post, ada, f"Answer {number}.\n", message_id=f"<{number}@mail.example.org>")
        IncomingMail.objects.store(raw)

    for _ in range(KILLS):
        before = posted()
        worker = start()
        until(lambda before=before: posted() > before)
        time.sleep(chance.uniform(0, 0.1))
        worker.kill()
        worker.wait()
        IncomingMail.objects.waiting().update(due_at=timezone.now(), attempts=0)  # leases ended
    assert start().wait(60) == 0

    assert posted() == MAILS
    bodies = topic.posts.filter(number__gt=1).values_list("body", flat=True)
    assert sorted(bodies) == sorted(f"Answer {number}." for number in range(MAILS))


def posted():
    return IncomingMail.objects.filter(outcome="posted").count()


def start():
    environment = {**os.environ, **Server().settings(), "REPLY_ADDRESS": "forum+{}@example.org"}
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment)
