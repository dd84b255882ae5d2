"""All that goes wrong with a real site, under load; afterwards the history must be clean and every page current.

The short form takes a few seconds a row. FAULTS=full (`make faults`) has more pages, more time and more rounds.
"""

import asyncio
import os
import random
import time

import pytest
from django.db import connection, transaction

from forum.models import Topic
from forum.models.topics import new_epoch
from tests import world

from .grounds import Ground
from .members import Member
from .story import Story

FULL = os.environ.get("FAULTS") == "full"
PAGES, LASTS, ROUNDS = (600, 10, 50) if FULL else (24, 1.5, 1)
IS_POSTGRESQL = connection.vendor == "postgresql"


# --- What goes wrong: coroutine functions of the ground; each mends what it breaks ---


async def cut(ground):
    """Connections break and new ones are refused."""
    await on_lines(ground, "cut")


async def hang(ground):
    """Nothing gets through and nobody is told."""
    await on_lines(ground, "hang")


async def on_lines(ground, mode):
    for line in ground.lines:
        getattr(line, mode)()
    await asyncio.sleep(LASTS)
    for line in ground.lines:
        line.pass_on()


async def restart(ground):
    """SIGTERM, one server after the other."""
    for server in ground.servers:
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)


async def kill(ground):
    """kill -9 of all servers at once."""
    await ground.each(lambda server: server.kill())
    await asyncio.sleep(0.2)
    await ground.each(lambda server: server.start())


async def freeze(ground):
    """One server is stopped for a while (SIGSTOP) and goes on."""
    ground.servers[-1].freeze()
    await asyncio.sleep(LASTS)
    ground.servers[-1].thaw()


async def lock(ground):
    """Somebody holds the lock of the topic's row for long."""
    await asyncio.to_thread(hold_the_lock)


def hold_the_lock():
    try:
        with transaction.atomic():
            Topic.objects.locked(Topic.objects.earliest("pk").pk)
            time.sleep(LASTS)
    finally:
        connection.close()


async def restore(ground):
    """The topics come from a backup: their numbers go on, in another epoch."""
    await asyncio.to_thread(change_epochs)
    await asyncio.sleep(LASTS)


def change_epochs():
    try:
        Topic.objects.update(epoch=new_epoch())
    finally:
        connection.close()


async def redis_killed(ground):
    await asyncio.to_thread(ground.redis.kill)
    await asyncio.sleep(LASTS)
    await asyncio.to_thread(ground.redis.start)


async def redis_frozen(ground):
    ground.redis.freeze()
    await asyncio.sleep(LASTS)
    ground.redis.thaw()


async def redis_slow(ground):
    """Half a second for whatever it is asked."""
    until = time.monotonic() + 2 * LASTS
    while time.monotonic() < until:
        ground.redis.freeze()
        await asyncio.sleep(0.5)
        ground.redis.thaw()
        await asyncio.sleep(0.02)


async def redis_cut(ground):
    """Its connections are reset every half second."""
    for _ in range(3):
        ground.redis_line.cut()
        await asyncio.sleep(0.05)
        ground.redis_line.pass_on()
        await asyncio.sleep(0.5)


async def redis_flushed(ground):
    await asyncio.to_thread(ground.redis.flush)
    await asyncio.sleep(0.3)


async def nothing(ground):
    """Only the build is bad: the layer loses, doubles and swaps messages."""
    await asyncio.sleep(2 * LASTS)


EMBEDDED = [cut, hang, restart, kill, freeze, restore]
PRODUCTION = [cut, hang, restart, kill, freeze, lock, restore,
              redis_killed, redis_frozen, redis_slow, redis_cut, redis_flushed]  # fmt: skip
FAULTS = PRODUCTION if IS_POSTGRESQL else EMBEDDED


@pytest.fixture
def story(transactional_db, request, results):
    """A function that runs a fault on a ground of this column, and says what was broken."""
    ground = Ground(2, request.getfixturevalue("redis_server")) if IS_POSTGRESQL else Ground(1)
    yield lambda fault, name, **options: run(ground, fault, name, results, **options)
    ground.stop()


def run(ground, fault, name, results, build=""):
    for server in ground.servers:
        server.environment["BROKEN"] = build
    ground.start()
    ada, grace = world.member("ada"), world.member("grace")
    topic = world.topic(ada, world.category("Help"), replies=3)
    writers = [Member(user, server.address).prepare() for user in (ada, grace) for server in ground.servers]
    told = Story(topic.pk, writers, list(ground.pages(PAGES, topic, [ada, grace])), rate=10)
    took, violations = asyncio.run(told.run(lambda: fault(ground)))
    results.append((name, len(told.pages), len(told.history.writes), took, violations))
    return violations


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_after_it_nothing_is_missing_and_every_page_is_current(story, fault):
    assert story(fault, fault.__name__.replace("_", " ")) == []


@pytest.mark.parametrize("build", ["lossy", "muddled"])
def test_a_layer_that_loses_doubles_and_swaps_costs_nobody_anything(story, build):
    assert story(nothing, f"{build} layer", build=build) == []


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_at_once_drawn_by_chance(story, round_):
    seed = random.randrange(10**6) if FULL else 20261125
    both = random.Random(seed).sample(FAULTS, 2)
    names = " and ".join(fault.__name__ for fault in both)
    print(f"seed {seed}: {names}")

    async def at_once(ground):
        await asyncio.gather(*(fault(ground) for fault in both), return_exceptions=True)
        for server in ground.servers:
            if server.process.poll() is not None:
                await asyncio.to_thread(server.start)

    assert story(at_once, names.replace("_", " ")) == [], seed
