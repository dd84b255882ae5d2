"""G28: whoever is killed while members are told and written to, nobody is left out, told twice, or
told of what they may not see; not by email either.
"""

import random
from collections import Counter

import pytest
from django.utils import timezone

from forum.mail.models import Mail
from forum.models import Level, Topic, TopicLevel
from forum.notifications import groups, retention, telling
from forum.notifications.mailing import sending
from forum.notifications.mailing.models import Delivery
from forum.notifications.models import Event, Notice, Preferences
from tests.support import world
from tests.support.scale import FULL
from tests.support.server import Server

from .telling_workers import TellingWorkers

EVENTS, KILLS = (10_500, 500) if FULL else (108, 12)
READERS, MAILED = 7, 2  # those of them who get emails
pytestmark = pytest.mark.timeout(3600 if FULL else 300)


@pytest.fixture
def workers(transactional_db, collected, settings, monkeypatch):
    settings.NOTIFICATION_MAIL_DELAY_MINUTES = 0
    settings.EMAIL_BACKEND = "forum.mail.backend.Backend"
    monkeypatch.setattr(sending, "MOST_SINGLE", sending.MOST)
    monkeypatch.setattr(sending, "MOST_AN_HOUR", 10**9)
    monkeypatch.setattr(retention, "MOST", 10**9)
    server = Server("uvicorn", STATIC_ROOT=collected, NOTIFICATION_MAIL_DELAY_MINUTES="0")
    workers = TellingWorkers(server.settings())
    yield workers
    workers.stop()


def test_everybody_is_told_once_however_many_workers_were_killed(workers):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    ada, mo = world.member("ada"), world.moderator()
    readers = [world.member(f"reader{n}") for n in range(READERS)]
    insider = world.insider()
    public, private = world.category("Help"), world.lounge()
    open_topic, secret, leaving = (
        world.topic(ada if place is public else insider, place, title)
        for title, place in (("Open", public), ("Secret", private), ("Leaving", public))
    )
    for member in [*readers, insider]:
        for topic in (open_topic, secret, leaving):
            TopicLevel.objects.choose(member, topic, Level.WATCHING)

    mailed = [*readers[:MAILED], insider]
    for member in [*readers, insider]:
        kinds = "post", "topic", "mention"
        mail = {"mail": "single" if member in mailed else "off"}
        Preferences.objects.create(member=member, ways=dict.fromkeys(kinds, mail))

    for kill in range(KILLS):
        workers.begin(seed + kill)
        for _ in range(EVENTS // KILLS // 3):
            mentioned = chance.choice(readers).username
            open_topic.reply(ada, chance.choice(["News", f"@{mentioned}, news"]))
            secret.reply(insider, f"@{mentioned}, do you see this?")
            leaving.reply(ada, "Soon gone")
        if kill == KILLS // 2:
            leaving.move(private, mo)
        workers.await_death()
        Mail.objects.waiting().update(due_at=None, sent_at=timezone.now())  # or there is no room
        Event.objects.waiting().update(due_at=timezone.now())  # no lease is waited for
        Delivery.objects.waiting().update(due_at=timezone.now())
    while Event.objects.due().exists() or Delivery.objects.due().exists():
        telling.tell()
        sending.deliver()
        Mail.objects.waiting().update(due_at=None, sent_at=timezone.now())

    assert not Event.objects.exists()
    told = Counter(Notice.objects.values_list("member", "post"))
    posts = list(open_topic.posts.filter(number__gt=1).values_list("pk", flat=True))
    assert set(told.values()) == {1}
    for member in [*readers, insider]:
        assert all(told[member.pk, post] for post in posts), member
    for member in readers:
        assert not Notice.objects.filter(member=member, topic=secret).exists()
        seen = {group.latest.topic for group in groups.shown_to(member)[0]}
        assert seen == {Topic.objects.get(pk=open_topic.pk)}
        assert groups.unread(member) == len(groups.shown_to(member, size=100)[0])
    for post in secret.posts.filter(number__gt=1):
        assert told[insider.pk, post.pk] == (post.author != insider)

    assert not Delivery.objects.waiting().exists()
    sent = Delivery.objects.exclude(sent_at=None)
    assert Mail.objects.count() == sent.count()
    shown = Notice.objects.filter(topic__in=[open_topic, secret], seen_at=None, member__in=mailed)
    assert sent.filter(notice__in=shown).count() == shown.count()
    outsiders = sent.exclude(member=insider).exclude(member__in=[ada, mo])
    assert not outsiders.filter(notice__topic=secret).exists()
