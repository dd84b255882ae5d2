"""The history of a run detects each build that breaks a guarantee, and nothing else."""

import asyncio

import pytest
from django.db import connection

from tests.browser.people import session_cookie
from tests.faults.members import Member
from tests.faults.pages import Page
from tests.faults.story import Story
from tests.support import world
from tests.support.server import Server

pytestmark = [
    pytest.mark.skipif(
        connection.vendor == "postgresql", reason="the judge is the same on both set-ups"
    ),
]

WATCHERS = 6
ENOUGH = 10  # posts


class Scene:
    """Ada and Grace write into a topic of the lounge, shown to Iris and others, not to guests."""

    def __init__(self, build, careless, redis):
        named = {
            "application": "tests.faults.broken:application",
            "BROKEN": build,
            "REDIS_URL": redis,
            "DEBUG": "1",
        }
        self.server = Server("uvicorn", **named)
        self.lounge = world.lounge()
        self.iris = world.insider("iris")
        self.writers = [world.insider(name) for name in ("ada", "grace")]
        self.topic = world.topic(self.writers[0], self.lounge)
        self.careless = careless

    def story(self):
        address = self.server.address
        self.members = [Member(user, address).prepare() for user in self.writers]
        people = [self.iris] + [self.writers[number % 2] for number in range(WATCHERS - 1)]
        pages = [
            Page(
                f"page {n}",
                address,
                self.topic.pk,
                user.pk,
                session_cookie(user, address)["value"],
                self.careless,
            )
            for n, user in enumerate(people)
        ]
        return Story(self.topic.pk, self.members, pages, rate=20, patience=4)

    async def until_broken(self, fault, story):
        """Until the fault is over and enough was written, however slow the machine is."""
        await getattr(self, fault)(story)
        async with asyncio.timeout(60):
            while len(story.history.writes) <= ENOUGH:
                await asyncio.sleep(0.1)

    async def wait(self, story):
        await asyncio.sleep(1.5)

    async def revoke(self, story):
        """Iris loses the lounge while everybody writes."""
        await asyncio.sleep(0.5)
        change = await asyncio.to_thread(self.take_the_right_of_iris)
        story.history.revokes.append((self.iris.pk, self.topic.pk, change))
        await asyncio.sleep(1.5)

    def take_the_right_of_iris(self):
        from django.db import transaction

        from forum.models import Topic

        try:
            # under the topic's lock: later numbers are committed later
            with transaction.atomic():
                change = Topic.objects.locked(self.topic.pk).change
                self.iris.groups.clear()
            return change
        finally:
            connection.close()

    async def roll_back(self, story):
        await asyncio.sleep(0.3)
        for _ in range(3):
            await asyncio.to_thread(self._try_to_write)
        await asyncio.sleep(1)

    def _try_to_write(self):
        import contextlib
        import urllib.error

        with contextlib.suppress(urllib.error.HTTPError):
            self.members[0].replies(self.topic, "Roll me back")


def violations(redis, build="", careless=(), fault="wait"):
    scene = Scene(build, careless, redis.address)
    scene.server.start()
    try:
        story = scene.story()
        _took, found = story.run_in_thread(lambda: scene.until_broken(fault, story), behind=2)
    finally:
        scene.server.stop()
    return {rule for rule, _words in found}, found


@pytest.mark.parametrize(
    ("build", "careless", "fault", "rule"),
    [
        ("drop", ["holes"], "wait", "C4"),
        ("swap", ["order"], "wait", "C3"),
        ("twice", ["doubles"], "wait", "C2"),
        ("rollback", [], "roll_back", "C6"),
        ("push", [], "revoke", "C5"),
        ("catch-up", [], "revoke", "C5"),
        ("lose", [], "wait", "C1"),
        ("unseen", [], "wait", "G7"),
        ("heartbeat", [], "wait", "C7"),
    ],
)
def test_a_build_that_breaks_a_guarantee_is_detected(
    transactional_db, redis, build, careless, fault, rule
):
    rules, found = violations(redis, build, careless, fault)

    assert rule in rules, found


@pytest.mark.parametrize("fault", ["wait", "revoke", "roll_back"])
def test_the_unbroken_forum_breaks_no_guarantee(transactional_db, redis, fault):
    assert violations(redis, fault=fault)[1] == []
