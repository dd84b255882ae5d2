"""Every fault under load; afterwards the history has no violations and every page is current.

The short form takes a few seconds per row. FAULTS=full (`make faults`) has more pages, longer
faults and more rounds.
"""

import asyncio
import random
import shutil
import time
from functools import partial
from itertools import zip_longest

import pytest
from django.db import connection

from tests.browser.people import SNAPSHOT, TOPIC_PARTS, Person
from tests.support import truncation, world
from tests.support.redis_server import RedisServer

from . import faults
from .browsers import Browsers
from .clocks import LIBRARY, Clock
from .conftest import FULL
from .databases import breakable, used
from .grounds import Ground
from .members import Member
from .proxies import PlainNginx
from .results import Row
from .story import PATIENCE, Story

PAGES, SOME, ROUNDS = (2000, 240, 50) if FULL else (24, 24, 1)
# pages whose connections are cut again and again, until there were so many
CUT = 2000 if FULL else 96
RATE = 4  # posts a second: 2,000 pages and all that serves them share two cores
LOOKS = 0.2 if FULL else 1.0
pytestmark = pytest.mark.timeout(900 if FULL else 300)
IS_POSTGRESQL = connection.vendor == "postgresql"

# alike to any server and database
OF_NETWORKS = [faults.hang, faults.reset, faults.loss, faults.narrow, faults.cut_again_and_again]
OF_READERS = [faults.background, faults.sleep]
ONCE = [*OF_NETWORKS, *OF_READERS] if IS_POSTGRESQL and not FULL else []
NETWORK = [faults.cut, faults.hang, faults.reset, faults.loss, faults.narrow]
# there and back takes minutes in the full form, so less is written
LONG = [faults.cut_again_and_again, faults.sleep]
MINUTES = [faults.cut_for_five_minutes, faults.silence] if FULL else []
EMBEDDED = [*NETWORK, faults.background, faults.restart, faults.kill, faults.freeze, faults.restore]
REDIS = [
    getattr(faults, f"redis_{what}")
    for what in ("killed", "frozen", "slow", "cut", "flushed", "full")
]
DATABASE = [
    getattr(faults, f"database_{what}") for what in ("killed", "restarted", "frozen", "full")
]
FAULTS = [*EMBEDDED, faults.lock, *REDIS] if IS_POSTGRESQL else EMBEDDED
STANDS = """() => [
  document.querySelector("live-status").dataset.state,
  document.querySelector("live-topic").dataset.change
]"""


def but_once(rows):
    return [row for row in rows if row not in ONCE]


@pytest.fixture(scope="module")
def usual():
    """Grounds for reuse by the next row: most rows take the unbroken forum, and leave it so."""
    grounds = []
    yield grounds
    for ground in grounds:
        ground.stop()


@pytest.fixture
def story(transactional_db, usual, tmp_path_factory, collected, results, chromium):
    """A function that runs a fault on a ground of this column and returns the violations."""
    in_use = []

    def run_story(fault, name=None, *, build="", rate=RATE, pages=PAGES, **around):
        is_usual = not build and not around
        in_use.append(
            usual.pop()
            if is_usual and usual
            else new_ground(tmp_path_factory, collected, build, around)
        )
        violations = run(in_use[-1], fault, name or name_of(fault), results, chromium, rate, pages)
        if is_usual and not violations:
            usual.append(in_use.pop())
        return violations

    yield run_story
    for ground in in_use:
        ground.stop()


def new_ground(tmp_path_factory, static, build, around):
    redis = started_redis(tmp_path_factory) if IS_POSTGRESQL else None
    ground = Ground(2 if redis else 1, static, redis, **around)
    for server in ground.servers:
        server.environment["BROKEN"] = build
    return ground.start()


def started_redis(tmp_path_factory):
    redis = RedisServer(tmp_path_factory.mktemp("redis"))
    redis.start()
    return redis


@pytest.fixture(scope="module")
def breakable_ground(django_db_setup, django_db_blocker, tmp_path_factory, collected):
    """A ground with a database that may be broken."""
    with django_db_blocker.unblock(), breakable() as database:
        ground = Ground(2, collected, started_redis(tmp_path_factory), database)
        with used(database):
            ground.start()
        yield ground
        ground.stop()


@pytest.fixture
def story_on_it(breakable_ground, transactional_db, results, chromium):
    """The same as `story`, on `breakable_ground`."""
    with used(breakable_ground.database):
        truncation.empty()
        yield lambda fault: run(breakable_ground, fault, name_of(fault), results, chromium)


def run(ground, fault, name, results, chromium, rate=RATE, pages=PAGES):
    for line in ground.lines:
        line.broken = 0
    ada, grace = world.member("ada"), world.member("grace")
    topic = world.topic(ada, world.category("Help"), replies=3)
    writers = [
        Member(user, door.address).prepare() for user in (ada, grace) for door in ground.doors
    ]
    # no member has many sockets
    others = [world.member(f"reader{number}") for number in range(pages // 20 - 1)]
    ground.open_pages = list(ground.pages(pages, topic, [ada, grace, *others]))
    story = Story(topic.pk, writers, ground.open_pages, rate, looks=LOOKS)
    people = [
        Person(chromium, ground.lines[number % len(ground.lines)].address, (None, ada)[number % 2])
        for number in range(max(2, pages // 100))
    ]
    for person in people:
        person.opens_live(topic)
    ground.browsers = Browsers(people)
    connection.close()  # it may not survive the fault
    took, violations = story.run_in_thread(lambda: fault(ground), meanwhile=ground.browsers.look)
    violations += [
        ("G4", differs) for person in people for differs in differences_to_fresh_page(person, topic)
    ]
    results.append(row(name, story, ground, took, violations))
    return violations


def row(name, story, ground, took, violations):
    pages, posts = len(story.pages) + len(ground.browsers.people), len(story.history.writes)
    back, seen = (
        (story.busiest_second, story.catch_up_time),
        (story.applied, story.caught_up, ground.broken),
    )
    return Row(name, pages, posts, took, *back, *seen, violations)


def differences_to_fresh_page(person, topic):
    """[(what this page shows, what a fresh one shows)] per differing part, after a summary."""
    old, person.page = person.page, person.context.new_page()
    deadline = time.monotonic() + PATIENCE
    while True:
        person.opens(topic)
        fresh, shown = person.sees(TOPIC_PARTS), old.evaluate(SNAPSHOT, TOPIC_PARTS)
        if shown == fresh or time.monotonic() > deadline:
            break
        old.wait_for_timeout(500)
    differing = [both for both in zip_longest(shown, fresh) if both[0] != both[1]]
    stood = [old.evaluate(STANDS), person.page.evaluate(STANDS)] if differing else []
    person.context.close()
    return [*stood, *differing]


def name_of(fault):
    return fault.__name__.replace("_", " ")


@pytest.mark.parametrize("fault", but_once(FAULTS), ids=lambda fault: fault.__name__)
def test_after_a_fault_nothing_is_missing_and_every_page_is_current(story, fault):
    assert story(fault) == []


@pytest.mark.timeout(3600 if FULL else 300)
@pytest.mark.parametrize("fault", but_once([*LONG, *MINUTES]), ids=lambda fault: fault.__name__)
def test_nor_after_long_faults(story, fault):
    many = fault is faults.cut_again_and_again
    assert story(fault, rate=1 if FULL or many else RATE, pages=CUT if many else PAGES) == []


@pytest.mark.skipif(
    not IS_POSTGRESQL, reason="a file can't be away; a full disk has tests of its own"
)
@pytest.mark.xdist_group("database")
@pytest.mark.parametrize("fault", DATABASE, ids=lambda fault: fault.__name__)
def test_after_a_database_fault_nothing_acknowledged_is_missing(story_on_it, fault):
    assert story_on_it(fault) == []


@pytest.mark.once
@pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx: make services")
def test_a_proxy_that_is_reloaded_loses_nothing(story, tmp_path, collected):
    proxy = partial(PlainNginx, tmp_path, collected)
    # all frames to pages pass through it
    assert story(faults.proxy_reloaded, proxy=proxy, rate=RATE / 2) == []


@pytest.mark.skipif(not LIBRARY, reason="needs libfaketime: make services")
def test_clocks_that_jump_leave_every_page_current(story, tmp_path):
    rate = RATE / 2  # a server that reads the time from a file is slower
    assert story(faults.clocks, "clocks that jump", clock=partial(Clock, tmp_path), rate=rate) == []


@pytest.mark.once
@pytest.mark.parametrize(
    "build", ["lossy 1", "lossy 10", "lossy 50", "muddled"] if FULL else ["lossy 10", "muddled"]
)
def test_a_layer_that_loses_duplicates_and_reorders_events_harms_no_page(story, build):
    assert story(faults.nothing, f"{build} layer", build=build) == []


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_random_faults_at_once(story, round_):
    seed = random.randrange(10**6) if FULL else 20261125
    both = random.Random(seed).sample(FAULTS, 2)
    names = " and ".join(map(name_of, both))
    print(f"seed {seed}: {names}")

    async def at_once(ground):
        await asyncio.gather(*(fault(ground) for fault in both), return_exceptions=True)
        for server in ground.servers:
            if server.process.poll() is not None:
                await asyncio.to_thread(server.start)

    assert story(at_once, names, pages=SOME) == [], seed
