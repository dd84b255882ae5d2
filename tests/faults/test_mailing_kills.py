"""Whoever is killed while emails are written, each goes to the outbox once."""

import random
import re
from collections import Counter

import pytest
from django.utils import timezone

from forum.mail.models import Mail
from forum.models import Level, TopicLevel
from forum.notifications import telling
from forum.notifications.mailing import digests, sending
from forum.notifications.models import Delivery, Digest, Preferences
from tests.support import world
from tests.support.scale import FULL
from tests.support.server import Server

from .telling_workers import TellingWorkers

POSTS, KILLS = (1500, 500) if FULL else (36, 12)
READERS = 7
NEWS = re.compile(r"\* (?:(\d+) new posts in|Ada\w* posted in)", re.IGNORECASE)
pytestmark = pytest.mark.timeout(3600 if FULL else 300)


@pytest.fixture
def workers(transactional_db, collected):
    workers = TellingWorkers(Server("uvicorn", STATIC_ROOT=collected).settings(), "mail")
    yield workers
    workers.stop()


def test_each_email_is_written_once_however_many_workers_were_killed(workers, settings):
    settings.EMAIL_BACKEND = "forum.mail.backend.Backend"
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    ada = world.member("ada")
    listening = [world.member(f"listener{n}") for n in range(READERS)]
    reading = [world.member(f"reader{n}") for n in range(READERS)]
    topic = world.topic(ada, world.category())
    telling.tell()
    for member in listening:
        Preferences.objects.create(member=member, mailing_list=True)
    for member in reading:
        TopicLevel.objects.choose(member, topic, Level.WATCHING)

    emails, news = Counter(), Counter()
    for kill in range(KILLS):
        for _ in range(POSTS // KILLS):
            topic.reply(ada, "News")
        telling.tell()
        make_due()
        workers.begin(seed + kill)
        workers.await_death()
        make_due()  # no lease is waited for
        take(emails, news)
    sending.deliver()
    digests.write_due()
    take(emails, news)

    replies = topic.posts.filter(number__gt=1).values_list("pk", flat=True)
    assert emails == {
        f"<post-{post}.{member.pk}@127.0.0.1>": 1 for post in replies for member in listening
    }
    assert news == {member.email: len(replies) for member in reading}


def make_due():
    for model in (Delivery, Digest):
        model.objects.exclude(due_at=None).update(due_at=timezone.now(), attempts=0)


def take(emails, news):
    """Count and remove what is in the outbox: emails by id, and posts in digests by member."""
    for mail in Mail.objects.all():
        message = mail.message()
        if "<post-" in (name := message.extra_headers["Message-ID"]):
            emails[name] += 1
        else:
            news[mail.to] += sum(int(found[1] or 1) for found in NEWS.finditer(message.body))
    Mail.objects.all().delete()
