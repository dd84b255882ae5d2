"""What many pages ask at once is asked once, and nobody is given what has become wrong."""

import asyncio

import pytest

from realtime import feed
from realtime.together import Together
from tests import world
from tests.realtime.sockets import do, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(monkeypatch):
    """The users that topics were asked for."""
    asked, real = [], feed.topic_changes_and_place

    def counting(user, *about):
        asked.append(user)
        return real(user, *about)

    monkeypatch.setattr(feed, "topic_changes_and_place", counting)
    return asked


async def test_pages_that_come_back_together_ask_the_database_once(visit, topic, ada, grace, asked):
    pages = [await visit(user) for user in (ada, grace, ada)]

    answers = await asyncio.gather(*(page.watch_topic(topic, since=0) for page in pages))

    assert len(asked) == 1
    assert answers[0] == answers[1] == answers[2]


async def test_guests_and_members_and_insiders_are_asked_for_each_in_turn(visit, lounge, iris, olive, ada, asked):
    secret = await do(world.topic, iris, lounge)
    pages = [await visit(), await visit(ada), await visit(iris), await visit(olive)]

    answers = [await page.watch_topic(secret) for page in pages]

    assert [answer["type"] for answer in answers] == ["gone", "gone", "changes", "changes"]
    assert len(asked) == 4


async def test_an_answer_from_before_an_event_serves_nobody_after_it(visit, topic, ada, asked):
    one, two = await visit(), await visit()
    await one.watch_topic(topic)
    await do(topic.reply, ada, "Just now")
    await one.update("created")

    answer = await two.watch_topic(topic, since=1)

    assert [event["change"] for event in answer["events"]] == [2]
    assert len(asked) == 2


async def test_an_answer_from_before_a_fence_serves_nobody_after_it(visit, hub, lounge, iris, asked):
    secret = await do(world.topic, iris, lounge)
    page = await visit(iris)
    await page.watch_topic(secret)
    hub.fence({"type": "fence", "topic": secret.pk})
    await page.hear("again")

    await page.watch_topic(secret)

    assert len(asked) == 2


async def test_an_answer_does_not_outlive_the_last_page_that_listened(visit, topic, ada, asked):
    one, two = await visit(), await visit()
    await one.watch_topic(topic)
    await one.leave()
    await do(topic.reply, ada, "Heard by nobody")

    answer = await two.watch_topic(topic, since=1)

    assert [event["change"] for event in answer["events"]] == [2]


async def test_who_waits_while_the_database_is_busy_is_answered_by_one_question(transactional_db):
    questions = []

    def answer(keys):
        questions.append(keys)
        return {key: key * 2 for key in keys}

    together = Together(answer)

    assert await asyncio.gather(*(together.ask(n) for n in [1, 2, 3, 2])) == [2, 4, 6, 4]
    assert [len(keys) for keys in questions] == [3]


async def test_a_question_that_fails_fails_for_those_who_asked_it(transactional_db):
    def answer(keys):
        if "bad" in keys:
            raise RuntimeError("no database")
        return dict.fromkeys(keys, "well")

    together = Together(answer)
    with pytest.raises(RuntimeError):
        await together.ask("bad")

    assert await together.ask("good") == "well"


async def test_members_come_in_by_few_questions(visit, hub, ada, grace, monkeypatch):
    await asyncio.gather(visit(ada), visit(grace), visit())

    await until(lambda: len(hub.pages) == 3)
    assert {page.user_id for page in hub.pages} == {None, ada.pk, grace.pk}
