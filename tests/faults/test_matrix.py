"""All that goes wrong with a real site, under load; afterwards the history must be clean and every page current.

The short form takes a few seconds a row. FAULTS=full (`make faults`) has more pages, more time and more rounds.
"""

import asyncio
import random
import time
from itertools import zip_longest

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from forum.models import Topic
from forum.models.topics import new_epoch
from tests import world
from tests.browser.people import TOPIC_PARTS as PARTS
from tests.browser.people import Person

from .conftest import FULL
from .databases import breakable, nothing_left, used
from .grounds import Ground
from .members import Member
from .story import PATIENCE, Story

PAGES, CHROMIUMS, LASTS, ROUNDS = (2000, 20, 10, 50) if FULL else (24, 2, 1.5, 1)
RATE = 4 if FULL else 10  # posts a second: 2,000 pages and all that serves them share two cores
pytestmark = pytest.mark.timeout(600 if FULL else 120)
IS_POSTGRESQL = connection.vendor == "postgresql"


# --- What goes wrong: coroutine functions of the ground; each mends what it breaks ---


async def cut(ground):
    """Connections break and new ones are refused."""
    await on_lines(ground, "cut")


async def hang(ground):
    """Nothing gets through and nobody is told."""
    await on_lines(ground, "hang")


async def reset(ground):
    """Connections are reset in the middle of what they bring."""
    await on_lines(ground, "reset")


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


async def redis_full(ground):
    """It takes nothing more to keep."""
    await asyncio.to_thread(ground.redis.limit, 1)
    await asyncio.sleep(LASTS)
    await asyncio.to_thread(ground.redis.limit, 0)


async def database_killed(ground):
    await asyncio.to_thread(ground.database.kill)
    await asyncio.sleep(LASTS)
    await asyncio.to_thread(ground.database.start)


async def database_restarted(ground):
    """As an immediate shutdown does it."""
    await asyncio.to_thread(ground.database.end)
    await asyncio.to_thread(ground.database.start)


async def database_frozen(ground):
    ground.database.freeze()
    await asyncio.sleep(3 * LASTS)
    ground.database.thaw()


async def database_full(ground):
    """No connection is left."""
    with nothing_left(ground.database):
        await asyncio.sleep(LASTS)


async def nothing(ground):
    """Only the build is bad: the layer loses, doubles and swaps messages."""
    await asyncio.sleep(2 * LASTS)


EMBEDDED = [cut, hang, reset, restart, kill, freeze, restore]
PRODUCTION = [*EMBEDDED, lock, redis_killed, redis_frozen, redis_slow, redis_cut, redis_flushed, redis_full]
DATABASE = [database_killed, database_restarted, database_frozen, database_full]
FAULTS = PRODUCTION if IS_POSTGRESQL else EMBEDDED


@pytest.fixture
def story(transactional_db, request, collected, results, chromium):
    """A function that runs a fault on a ground of this column, and says what was broken."""
    ground = Ground(2, collected, request.getfixturevalue("redis_server")) if IS_POSTGRESQL else Ground(1, collected)
    yield lambda fault, name, **options: run(ground, fault, name, results, chromium, **options)
    ground.stop()


@pytest.fixture(scope="module")
def breakable_database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), breakable() as server:
        yield server


@pytest.fixture
def story_on_it(transactional_db, redis_server, collected, breakable_database, results, chromium):
    """The same, with a database that may be broken."""
    with used(breakable_database):
        call_command("flush", interactive=False, verbosity=0)
        ground = Ground(2, collected, redis_server, breakable_database)
        yield lambda fault, name: run(ground, fault, name, results, chromium)
        ground.stop()


def run(ground, fault, name, results, chromium, build=""):
    for server in ground.servers:
        server.environment["BROKEN"] = build
    ground.start()
    ada, grace = world.member("ada"), world.member("grace")
    topic = world.topic(ada, world.category("Help"), replies=3)
    writers = [Member(user, server.address).prepare() for user in (ada, grace) for server in ground.servers]
    story = Story(topic.pk, writers, list(ground.pages(PAGES, topic, [ada, grace])), rate=RATE)
    people = [
        Person(chromium, ground.lines[number % len(ground.lines)].address, (None, ada)[number % 2])
        for number in range(CHROMIUMS)
    ]
    for person in people:
        person.opens_live(topic)
    connection.close()  # it may not survive what follows
    took, violations = story.told(lambda: fault(ground), meanwhile=lambda: people[0].page.wait_for_timeout(100))
    violations += [("G4", differs) for person in people for differs in ended_otherwise(person, topic)]
    results.append(
        (name, len(story.pages) + len(people), len(story.history.writes), took, story.busiest_second, violations)
    )
    return violations


def ended_otherwise(person, topic):
    """What this page shows in the end, and what one does that is loaded anew, where they differ."""
    old, person.page = person.page, person.context.new_page()
    person.opens(topic)
    fresh, person.page = person.sees(PARTS), old
    deadline = time.monotonic() + PATIENCE
    while (shown := person.sees(PARTS)) != fresh and time.monotonic() < deadline:
        old.wait_for_timeout(100)
    person.context.close()
    return [both for both in zip_longest(shown, fresh) if both[0] != both[1]]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_after_it_nothing_is_missing_and_every_page_is_current(story, fault):
    assert story(fault, fault.__name__.replace("_", " ")) == []


@pytest.mark.skipif(not IS_POSTGRESQL, reason="a file can't be away; a full disk has tests of its own")
@pytest.mark.parametrize("fault", DATABASE, ids=lambda fault: fault.__name__)
def test_after_it_nothing_acknowledged_is_missing(story_on_it, fault):
    assert story_on_it(fault, fault.__name__.replace("_", " ")) == []


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
