"""G28: whoever is killed while members are told, nobody is left out, told twice, or told of what
they may not see.
"""

import random
from collections import Counter

import pytest
from django.utils import timezone

from forum.models import Level, Topic, TopicLevel
from forum.notifications import groups, telling
from forum.notifications.models import Event, Notice
from tests.support import world
from tests.support.scale import FULL
from tests.support.server import Server

from .telling_workers import TellingWorkers

EVENTS, KILLS = (10_000, 500) if FULL else (90, 12)
READERS = 7
pytestmark = pytest.mark.timeout(3600 if FULL else 300)


@pytest.fixture
def workers(transactional_db, collected):
    workers = TellingWorkers(Server("uvicorn", STATIC_ROOT=collected).settings())
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

    for kill in range(KILLS):
        workers.begin(seed + kill)
        for _ in range(EVENTS // KILLS):
            mentioned = chance.choice(readers).username
            open_topic.reply(ada, chance.choice(["News", f"@{mentioned}, news"]))
            secret.reply(insider, f"@{mentioned}, do you see this?")
            leaving.reply(ada, "Soon gone")
        if kill == KILLS // 2:
            leaving.move(private, mo)
        workers.await_death()
        Event.objects.exclude(due_at=None).update(due_at=timezone.now())  # no lease is waited for
    telling.tell()

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
