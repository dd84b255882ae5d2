"""Pages share the queries that they ask at once, and no page gets an outdated result."""

import asyncio

import pytest

from realtime.catchup import changes, shared_queries
from realtime.catchup.batching import BatchLoader
from realtime.protocol import groups
from realtime.protocol.hub_messages import Fence
from tests.realtime.sockets import do, until
from tests.support import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def answers_hold(monkeypatch):
    """For longer than a test takes on a busy machine."""
    monkeypatch.setattr(shared_queries, "AGE", 600)


@pytest.fixture
def asked(monkeypatch):
    """The users that a list was asked for."""
    asked, real = [], changes.list_answer

    def counting(user, *about):
        asked.append(user)
        return real(user, *about)

    monkeypatch.setattr(changes, "list_answer", counting)
    return asked


async def test_pages_that_return_together_share_one_query_for_their_list(
    visit, topic, ada, grace, asked
):
    pages = [await visit(user) for user in (ada, grace, None)]

    answers = await asyncio.gather(*(page.watch_list() for page in pages))

    assert len(asked) == 1
    assert answers[0] == answers[1] == answers[2]


async def test_readers_with_other_rights_have_their_own_query(
    visit, lounge, iris, olive, ada, asked
):
    await do(world.topic, iris, lounge)
    pages = [await visit(), await visit(ada), await visit(iris), await visit(olive)]

    answers = await asyncio.gather(*(page.watch_list() for page in pages))

    assert [len(answer["rows"]) for answer in answers] == [0, 0, 1, 1]
    assert len(asked) == 3


async def test_a_shared_list_is_not_used_after_an_event(visit, topic, ada, asked):
    one, two = await visit(), await visit()
    await one.watch_list()
    await do(topic.reply, ada, "Just now")
    await one.update("created")

    answer = await two.watch_list()

    assert [row["change"] for row in answer["rows"]] == [2]
    assert len(asked) == 2


async def test_a_shared_list_is_not_used_after_a_fence(visit, hub, topic, asked):
    page = await visit()
    await page.watch_list()
    hub.raise_fence(Fence(topic=topic.pk))

    await page.watch_list()

    assert len(asked) == 2


async def test_a_shared_list_is_dropped_with_the_last_page_in_its_groups(
    visit, hub, topic, ada, asked
):
    one, two = await visit(), await visit()
    await one.watch_list()
    await one.leave()
    await until(lambda: not hub.routes.members.get(groups.LATEST))
    await do(topic.reply, ada, "Heard by nobody")

    answer = await two.watch_list()

    assert [row["change"] for row in answer["rows"]] == [2]
    assert len(asked) == 2


async def test_keys_waiting_for_a_busy_database_share_one_query(transactional_db):
    questions = []

    def answer(keys):
        questions.append(keys)
        return {key: key * 2 for key in keys}

    together = BatchLoader(answer)

    assert await asyncio.gather(*(together.load(n) for n in [1, 2, 3, 2])) == [2, 4, 6, 4]
    assert [len(keys) for keys in questions] == [3]


async def test_a_failed_query_raises_in_every_call_that_waits_for_it(transactional_db):
    def answer(keys):
        if "bad" in keys:
            raise RuntimeError("no database")
        return dict.fromkeys(keys, "well")

    together = BatchLoader(answer)
    with pytest.raises(RuntimeError):
        await together.load("bad")

    assert await together.load("good") == "well"


async def test_many_members_are_authenticated_by_few_queries(visit, hub, ada, grace, monkeypatch):
    await asyncio.gather(visit(ada), visit(grace), visit())

    await until(lambda: len(hub.pages) == 3)
    assert {page.user_id for page in hub.pages} == {None, ada.pk, grace.pk}


async def test_shared_answers_are_bounded_in_bytes_and_age(visit, hub, topic, monkeypatch):
    monkeypatch.setattr(shared_queries, "MOST", 20_000)
    page = await visit()
    for number in range(12):
        await page.watch_list(rows=f"{topic.pk}:0,{number + 1000}:5")

    assert sum(hub.shared_queries._sizes.values()) <= 20_000
    assert hub.shared_queries._sizes.keys() == hub.shared_queries._kept.keys()
    assert len(hub.shared_queries._kept) > 1

    monkeypatch.setattr(shared_queries, "AGE", 0)
    await page.watch_list()
    assert len(hub.shared_queries._kept) == 1
