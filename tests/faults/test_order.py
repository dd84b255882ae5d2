"""Fifty members write into one topic with slow commits: change numbers are in commit order."""

import asyncio
import threading
import time
import uuid

import pytest
from django.db import connection

from forum.models import Post
from tests.support import world
from tests.support.concurrency import Crowd
from tests.support.scale import FULL

from .grounds import Ground
from .history import Write
from .members import Member
from .story import PATIENCE, Story, answered, number_in

WRITERS, EACH = 50, 20 if FULL else 3
PAGES = 12
IS_POSTGRESQL = connection.vendor == "postgresql"
pytestmark = pytest.mark.timeout(600 if FULL else 300)


@pytest.fixture
def ground(transactional_db, request, collected):
    ground = (
        Ground(2, collected, request.getfixturevalue("redis_server"))
        if IS_POSTGRESQL
        else Ground(1, collected)
    )
    for server in ground.servers:
        server.environment["BROKEN"] = "pause"
    yield ground.start()
    ground.stop()


def test_fifty_writers_and_a_pause_before_each_commit_change_no_order(ground):
    """50 writers of 20 posts each, 3 in the short form, on all servers, observed meanwhile."""
    ada, grace = world.member("ada"), world.member("grace")
    topic = world.topic(ada, world.category("Help"))
    members = [
        Member(user, server.address).prepare() for user in (ada, grace) for server in ground.servers
    ]
    story = Story(topic.pk, [], list(ground.pages(PAGES, topic, [ada, grace])))
    story.history.writes = [
        Write(uuid.uuid4().hex, topic.pk, time.monotonic()) for _ in range(WRITERS * EACH)
    ]
    looks = []

    _took, violations = story.run_in_thread(
        lambda: all_write(topic, members, story.history.writes, looks)
    )

    assert violations == []
    assert Post.objects.filter(topic=topic).count() == WRITERS * EACH + 1
    assert len({len(changes) for changes in looks}) > EACH, "it was looked at too rarely"
    assert [changes for changes in looks if changes != list(range(1, len(changes) + 1))] == []


async def all_write(topic, members, writes, looks):
    """Appends to `looks` the stored changes, in order, at each moment."""
    written = threading.Event()
    acts = [
        lambda n=n: write(members[n % len(members)], topic, writes[n::WRITERS])
        for n in range(WRITERS)
    ]
    with Crowd(WRITERS) as crowd, Crowd(1) as observer:
        looking = observer.threads.submit(look, topic, looks, written)
        try:
            await asyncio.to_thread(crowd.at_once, *acts)
        finally:
            written.set()
        await asyncio.to_thread(looking.result)


def write(member, topic, writes):
    for one in writes:
        deadline = time.monotonic() + PATIENCE
        while one.post is None and time.monotonic() < deadline:
            one.post = number_in(answered(member, topic.pk, one.token))


def look(topic, looks, written):
    while not written.is_set():
        looks.append(sorted(Post.objects.filter(topic=topic).values_list("change", flat=True)))
        time.sleep(0.005)
