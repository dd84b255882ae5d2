"""Whoever is killed while pushes are sent, none is lost, and none goes to whom it isn't visible any
more.

Push services can't be asked what they have taken. So a push comes twice if its worker dies between
their answer and its record, and then only: what is recorded is never sent again. The second one has
the same tag and `Topic`, so a device shows it in place of the first one.
"""

import os
import random
import signal
import threading
from collections import defaultdict
from concurrent.futures import Future
from dataclasses import dataclass

import pytest
from django.utils import timezone

from forum.notifications import telling
from forum.notifications.push import keys, messages, sending
from forum.notifications.push.messages import SECONDS
from forum.notifications.push.models import PushDelivery
from tests.support import world
from tests.support.push_browser import PushBrowser, sign_in
from tests.support.push_receiver import PushReceiver
from tests.support.scale import FULL
from tests.support.server import Server

from .telling_workers import TellingWorkers

POSTS, KILLS = (2000, 500) if FULL else (48, 12)
READERS = 5
MOST_ALIVE = 12  # pushes until a worker dies; each round has more
LAST = 10**6  # the number of the run in the end, in which nobody is killed
pytestmark = pytest.mark.timeout(3600 if FULL else 300)


@dataclass(frozen=True)
class Push:
    """What a device got. run: of the worker that sent it, which says so by the time to live."""

    run: int
    topic: str


@pytest.fixture
def service(settings):
    settings.VAPID_PRIVATE_KEY = keys.new()
    with PushReceiver() as receiver:
        settings.OUTBOUND_HOSTS = [receiver.host]
        yield receiver


@pytest.fixture
def workers(transactional_db, collected, service, settings):
    environment = {
        "VAPID_PRIVATE_KEY": settings.VAPID_PRIVATE_KEY,
        "OUTBOUND_HOSTS": service.host,
    }
    server = Server("uvicorn", STATIC_ROOT=collected, **environment)
    workers = TellingWorkers(server.settings(), "push")
    yield workers
    workers.stop()


def test_each_push_is_sent_and_again_only_if_its_record_was_lost(workers, service, monkeypatch):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    ida, mo = world.insider("ida"), world.moderator()
    topic = world.topic(ida, world.category("Help"))
    secret = world.topic(ida, world.lounge(), "Secret")
    readers = [world.insider(f"reader{n}") for n in range(READERS)]
    browsers = {one.username: subscribed(one, service) for one in readers}
    everybody = " ".join(f"@{one.username}" for one in readers)
    leaver, leaves_in = readers[0].username, KILLS // 2
    hidden_in, recorded_in, shown = {}, {}, []

    for run in range(KILLS):
        shown += [topic.reply(ida, everybody) for _ in range(POSTS // KILLS)]
        secret.reply(ida, everybody)
        telling.tell()
        if run == leaves_in:
            readers[0].groups.clear()
        hidden = shown.pop(chance.randrange(len(shown)))
        hidden.hide(mo)
        hidden_in[hidden.pk] = run
        make_due()
        killer = Killer(chance)
        service.before = killer
        killer.worker.set_result(workers.begin_to_push(run))
        workers.await_death()
        for member, post in PushDelivery.objects.exclude(sent_at=None).values_list(
            "device__member__username", "notice__post"
        ):
            recorded_in.setdefault((member, post), run)
    service.before = None
    finish(monkeypatch)

    got = pushes(service, browsers)
    secrets = set(secret.posts.values_list("pk", flat=True))
    wanted = {(one.username, post.pk) for one in readers for post in shown}
    assert wanted <= set(got)
    for (member, post), several in got.items():
        runs = [push.run for push in several]
        assert max(runs) <= recorded_in.get((member, post), max(runs))
        assert len(set(runs)) == len(runs)
        assert len({push.topic for push in several}) == 1
        assert max(runs) < hidden_in.get(post, max(runs) + 1)
        if member == leaver and post in secrets:
            assert max(runs) < leaves_in
    sent = [push for several in got.values() for push in several]
    interrupted = sum(push.run < LAST for push in sent)
    print(f"{len(sent) - len(got)} of {len(got)} came again, {interrupted} before the end")


class Killer:
    """Kills a worker about when the service gets one of its first pushes.

    worker: its process id, once it is known.
    """

    def __init__(self, chance):
        self.lock, self.left = threading.Lock(), chance.randint(1, MOST_ALIVE)
        self.wait = chance.choice([0, chance.uniform(0, 0.1)])  # 0: before it is answered
        self.worker: Future[int] = Future()

    def __call__(self, _path):
        with self.lock:
            self.left -= 1
            is_due = self.left == 0
        if is_due and self.wait:
            threading.Timer(self.wait, self.kill).start()
        elif is_due:
            self.kill()

    def kill(self):
        os.kill(self.worker.result(), signal.SIGKILL)


def subscribed(member, service):
    browser = PushBrowser(f"{service.origin}/{member.username}")
    answer = sign_in(member).post("/settings/notifications/devices/add/", browser.subscription)
    assert answer.status_code == 204, answer.content
    return browser


def make_due():
    """No lease is waited for."""
    PushDelivery.objects.exclude(due_at=None).update(due_at=timezone.now(), attempts=0)


def finish(monkeypatch):
    """Send what is left, and nobody is killed; a busy machine may take several attempts."""
    monkeypatch.setattr(sending, "MOST_AN_HOUR", 10**9)
    for n in range(10):
        monkeypatch.setattr(messages, "SECONDS", SECONDS + LAST + n)
        make_due()
        sending.deliver()
    assert not PushDelivery.objects.exclude(due_at=None).exists()


def pushes(service, browsers):
    """{(member, post): [Push]}, decrypted by the browsers that got them."""
    found = defaultdict(list)
    for one in list(service.received):
        member = one.path.removeprefix("/")
        kind, _colon, post = browsers[member].read(one.body)["tag"].partition(":")
        assert kind == "mention"
        found[member, int(post)].append(
            Push(int(one.headers["TTL"]) - SECONDS, one.headers["Topic"])
        )
    return found
