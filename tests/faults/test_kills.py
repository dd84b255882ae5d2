"""Writers are killed around a commit: committed posts are there once and reach every page."""

import asyncio
import random
import time
import uuid

import pytest
from django.db import connection

from forum.models import Post
from tests.support import world
from tests.support.scale import FULL

from .dying import POINTS, Writers
from .grounds import Ground
from .history import Write
from .members import Member
from .story import Story
from .test_crashes import counters_agree

KILLS = 10_000 if FULL else 100
PAGES = 6
IS_POSTGRESQL = connection.vendor == "postgresql"
pytestmark = pytest.mark.timeout(3600 if FULL else 300)


@pytest.fixture
def ground(transactional_db, request, collected):
    ground = (
        Ground(2, collected, request.getfixturevalue("redis_server"))
        if IS_POSTGRESQL
        else Ground(1, collected)
    )
    yield ground.start()
    ground.stop()


@pytest.fixture
def writers(ground):
    writers = Writers(ground.servers[0].settings())
    yield writers
    writers.stop()


def test_committed_posts_of_killed_writers_are_there_once_and_published_and_nothing_else_is(
    ground, writers
):
    """10,000 kills, 100 in the short form, at four points of a reply; a member goes on writing."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    ada, grace = world.member("ada"), world.member("grace")
    topic = world.topic(ada, world.category("Help"))
    pages = list(ground.pages(PAGES, topic, [ada]))
    story = Story(
        topic.pk, [Member(grace, ground.servers[0].address).prepare()], pages, rate=2, looks=0.5
    )
    killed = {}

    def kill():
        for _ in range(KILLS):
            token, point = uuid.uuid4().hex, chance.choice(list(POINTS))
            story.history.writes.append(Write(token, topic.pk, time.monotonic()))
            writers.dies(topic.pk, ada.pk, token, point)
            killed[token] = point

    _took, violations = story.run_in_thread(lambda: asyncio.to_thread(kill))

    stored = Post.objects.filter(token__in=killed).values_list("token", flat=True)
    assert sorted(stored) == sorted(token for token, point in killed.items() if POINTS[point])
    assert violations == []
    assert not [entry for page in pages for entry in page.log.seen if entry[0] == "reloaded"]
    counters_agree(topic)
