"""Pages of one topic share one query a second, and each gets what the database would answer."""

import asyncio
import threading
import time
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser

from forum.models import Topic
from realtime.catchup import change_cache, changes
from realtime.protocol.delivery import Change
from realtime.protocol.hub_messages import Fence
from realtime.publishing import publisher
from tests.realtime.sockets import DEADLINE, do, until
from tests.support import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def answers_hold(monkeypatch):
    """Longer than a test takes on a busy machine; tests age an answer by its `asked_at`."""
    monkeypatch.setattr(change_cache, "AGE", 600)


@pytest.fixture
def asked(monkeypatch):
    """The changes since which the database was asked for topics."""
    asked, real = [], changes.topic_changes_and_category

    def counting(user, topic, epoch, since):
        asked.append(since)
        return real(user, topic, epoch, since)

    monkeypatch.setattr(changes, "topic_changes_and_category", counting)
    return asked


@pytest.fixture
def as_stored(topic):
    """A function: the database's answer for the topic since a change, without the moments."""

    def stored(since):
        found = Topic.objects.for_display().get(pk=topic.pk)
        return without_moment(changes.changes_of(found, AnonymousUser(), topic.epoch, since))

    return partial(do, stored)


def without_moment(answer):
    """Nor what the hub knows by itself."""
    events = [
        {name: value for name, value in event.items() if name != "at"} for event in answer["events"]
    ]
    return {name: value for name, value in answer.items() if name != "writable"} | {
        "events": events
    }


def posts_in(answer):
    return [(event["kind"], event["post"]["number"]) for event in answer["events"]]


async def test_pages_that_return_together_share_one_query(visit, topic, ada, grace, asked):
    pages = [await visit(user) for user in (ada, grace, None)]

    answers = await asyncio.gather(*(page.watch_topic(topic, since=0) for page in pages))

    assert asked == [0]
    assert answers[0] == answers[1] == {**answers[2], "writable": True}


async def test_a_page_further_ahead_gets_the_rest_of_a_run(visit, topic, ada, asked, as_stored):
    for n in range(5):
        await do(topic.reply, ada, f"Reply {n}")
    one, two, three = await visit(), await visit(), await visit()
    await one.watch_topic(topic, since=1)

    answers = [await page.watch_topic(topic, since=since) for page, since in ((two, 4), (three, 6))]

    assert asked == [1]
    assert without_moment(answers[0]) == await as_stored(4)
    assert answers[1]["events"] == []


async def test_later_events_belong_to_the_run(visit, topic, ada, asked, as_stored):
    one, two = await visit(), await visit()
    await one.watch_topic(topic, since=1)
    await do(topic.reply, ada, "Just now")
    await one.update("created")
    await do(topic.rename, "Another title")
    await one.update()

    answer = await two.watch_topic(topic, since=1)

    assert asked == [1]
    assert [event["change"] for event in answer["events"]] == [2, 3]
    assert answer["change"] == (await as_stored(1))["change"] == 3
    assert answer["events"][-1]["header"] == (await as_stored(1))["events"][-1]["header"]


async def test_reactions_that_were_joined_belong_to_the_run(
    visit, topic, ada, grace, mo, asked, as_stored
):
    one, two = await visit(), await visit()
    await one.watch_topic(topic, since=1)
    post = await do(topic.posts.get)
    for member in (grace, mo):
        for name in ("heart", "laugh"):
            await do(post.react, member, name)
    await one.receive(lambda frame: frame.get("change") == 5)

    answer = await two.watch_topic(topic, since=1)

    assert asked == [1]
    assert [event["change"] for event in answer["events"]] == [5]
    assert answer["events"][0]["post"] == (await as_stored(1))["events"][0]["post"]


async def test_no_answer_has_a_post_as_it_was_before_it_was_hidden(visit, topic, ada, mo, asked):
    reply = await do(topic.reply, ada, "I take this back")
    one, two = await visit(), await visit()
    assert "I take this back" in str(await one.watch_topic(topic, since=0))
    await do(reply.hide, mo)
    await one.update("hidden")

    answer = await two.watch_topic(topic, since=0)

    assert asked == [0]
    assert posts_in(answer)[-1] == ("hidden", 2)
    assert "I take this back" not in str(answer)


async def test_after_a_gap_the_database_is_queried_for_the_rest(
    visit, hub, topic, ada, asked, as_stored
):
    one, two = await visit(), await visit()
    await one.watch_topic(topic, since=0)
    run = next(iter(hub.change_cache._runs[topic.pk].values()))
    text = (
        '{"type":"post_update","kind":"created","header":"","post":{"id":0,"number":9,"html":""}}'
    )
    run.add_event(Change(topic.pk, topic.epoch, 5), text)  # three before it were lost
    await do(topic.reply, ada, "It has not come, has it?")

    answer = await two.watch_topic(topic, since=1)

    assert asked == [0, 1]
    assert without_moment(answer) == await as_stored(1)


async def test_events_during_a_query_are_not_lost(visit, hub, topic, ada, monkeypatch, as_stored):
    one, two, real = await visit(), await visit(), changes.topic_changes_and_category
    await one.watch_topic(topic, since=1)

    def slow(user, *about):
        answer = real(user, *about)
        topic.reply(ada, "Saved after the query and published before the answer")
        return answer

    monkeypatch.setattr(changes, "topic_changes_and_category", slow)
    run = next(iter(hub.change_cache._runs[topic.pk].values()))
    run.asked_at -= 2 * change_cache.AGE
    await two.watch_topic(topic, since=1)
    await two.update("created")

    assert (run.change, run.more) == (2, False)
    assert run.answer(topic.epoch, 1)["change"] == (await as_stored(1))["change"]


async def test_changes_beyond_one_answer_are_queried_in_parts_once(
    visit, topic, ada, asked, as_stored, monkeypatch
):
    monkeypatch.setattr(changes, "LIMIT", 3)
    for n in range(7):
        await do(topic.reply, ada, f"Reply {n}")
    pages = [await visit(), await visit()]

    for page in pages:
        since, answers = 0, []
        while not answers or answers[-1]["more"]:
            answers.append(await page.watch_topic(topic, since=since))
            assert without_moment(answers[-1]) == await as_stored(since)
            since = answers[-1]["change"]
        assert len(answers) == 3

    assert asked == [0, 3, 6]


async def test_after_a_second_the_database_is_queried_for_later_changes(
    visit, hub, topic, ada, asked
):
    one, two = await visit(), await visit()
    await one.watch_topic(topic, since=0)
    next(iter(hub.change_cache._runs[topic.pk].values())).asked_at -= 2 * change_cache.AGE

    answer = await two.watch_topic(topic, since=0)

    assert asked == [0, 1]
    assert posts_in(answer) == [("created", 1)]


async def test_pages_from_before_a_restore_reload_after_one_query(visit, topic, asked):
    one, two = await visit(), await visit()
    topic.epoch = "before"

    answers = [await page.watch_topic(topic, since=7) for page in (one, two)]

    assert [answer["type"] for answer in answers] == ["reload", "reload"]
    assert answers[0] == answers[1]
    assert asked == [7]


async def test_a_page_that_is_ahead_of_this_process_is_not_reloaded(
    visit, topic, ada, asked, monkeypatch
):
    one, two, three = await visit(), await visit(), await visit()
    await one.watch_topic(topic)
    monkeypatch.setattr(publisher, "publish", lambda deliveries: None)
    await do(topic.reply, ada, "On its way")

    answer = await two.watch_topic(topic, since=2)
    await do(Topic.objects.update, epoch="after")
    topic.epoch = "after"
    restored = await three.watch_topic(topic, since=2)

    assert (answer["type"], answer["events"], answer["change"]) == ("changes", [], 2)
    assert (restored["type"], restored["epoch"]) == ("changes", "after")


async def test_a_page_ahead_of_the_topic_reloads(visit, topic, asked):
    one, two = await visit(), await visit()
    await one.watch_topic(topic, since=1)

    assert (await two.watch_topic(topic, since=5))["type"] == "reload"


async def test_a_page_too_far_behind_reloads(visit, topic, ada, asked, monkeypatch):
    monkeypatch.setattr(changes, "REACH", 2)
    for n in range(3):
        await do(topic.reply, ada, f"Reply {n}")
    pages = [await visit(), await visit(), await visit()]

    answers = [
        await page.watch_topic(topic, since=since)
        for page, since in zip(pages, (1, 1, 2), strict=True)
    ]

    assert [answer["type"] for answer in answers] == ["reload", "reload", "changes"]
    assert asked == [1, 2]


async def test_guests_and_members_share_a_visibility_key_and_insiders_and_owners_do_not(
    visit, lounge, iris, olive, ada, asked
):
    secret = await do(world.topic, iris, lounge)
    pages = [await visit(), await visit(ada), await visit(iris), await visit(olive)]

    answers = [await page.watch_topic(secret) for page in pages]

    assert [answer["type"] for answer in answers] == ["gone", "gone", "changes", "changes"]
    assert len(asked) == 4  # no page was left to get the events in between


@pytest.mark.parametrize("whom", ["topic", "user"])
async def test_a_run_from_before_a_fence_is_not_used_after_it(visit, hub, topic, ada, asked, whom):
    one, two = await visit(), await visit()
    await one.watch_topic(topic)
    hub.raise_fence(Fence(topic=topic.pk) if whom == "topic" else Fence(user=ada.pk))

    await two.watch_topic(topic)

    assert len(asked) == 2


async def test_a_run_is_dropped_with_the_last_page_on_its_topic(visit, hub, topic, ada, asked):
    one, two = await visit(), await visit()
    await one.watch_topic(topic)
    await one.leave()
    await until(lambda: not hub.change_cache._runs.get(topic.pk))
    await do(topic.reply, ada, "Heard by nobody")

    answer = await two.watch_topic(topic, since=1)

    assert posts_in(answer) == [("created", 2)]


async def test_a_failed_query_is_repeated(visit, topic, monkeypatch):
    one, real = await visit(), changes.topic_changes_and_category

    def failing(*about):
        monkeypatch.setattr(changes, "topic_changes_and_category", real)
        raise RuntimeError("no database")

    monkeypatch.setattr(changes, "topic_changes_and_category", failing)
    await one.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=0)
    await one.closed()

    assert posts_in(await (await visit()).watch_topic(topic, since=0)) == [("created", 1)]


async def test_a_page_that_joins_a_running_query_gets_events_sent_meanwhile(
    visit, hub, topic, ada, monkeypatch
):
    one, two, three = await visit(), await visit(), await visit()
    await one.watch_topic(topic, since=1)
    real, is_sent, may_end = (
        changes.topic_changes_and_category,
        threading.Event(),
        threading.Event(),
    )

    def slow(*about):
        answer = real(*about)
        topic.reply(ada, "Told meanwhile")
        is_sent.set()
        may_end.wait(5)
        return answer

    monkeypatch.setattr(changes, "topic_changes_and_category", slow)
    await two.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=0)
    await until(lambda: is_sent.is_set() and hub.sweep.heads[topic.pk].change == 2)

    answer = await three.watch_topic(topic, since=1)
    may_end.set()
    asked_for = await two.receive("changes")

    assert (posts_in(answer), answer["change"]) == ([("created", 2)], 2)
    assert (posts_in(asked_for), asked_for["change"]) == ([("created", 1), ("created", 2)], 2)


async def test_events_during_a_failing_query_are_not_lost(
    visit, hub, topic, ada, monkeypatch, as_stored
):
    one, two, three = await visit(), await visit(), await visit()
    await one.watch_topic(topic, since=1)
    real = changes.topic_changes_and_category

    def failing(*about):
        monkeypatch.setattr(changes, "topic_changes_and_category", real)
        topic.reply(ada, "Told meanwhile")
        deadline = time.monotonic() + DEADLINE
        while hub.sweep.heads[topic.pk].change < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        raise RuntimeError("no database")

    monkeypatch.setattr(changes, "topic_changes_and_category", failing)
    await two.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=0)
    await two.closed()

    assert without_moment(await three.watch_topic(topic, since=1)) == await as_stored(1)


async def test_the_runs_of_the_cache_are_bounded(
    visit, hub, topic, ada, help_category, monkeypatch, as_stored
):
    monkeypatch.setattr(change_cache, "KEPT", 2)
    page = await visit()
    for since in (0, 1):
        assert without_moment(await page.watch_topic(topic, since=since)) == await as_stored(since)
    for n in range(4):
        await do(topic.reply, ada, f"Reply {n}")
        await page.update("created")
    run = next(iter(hub.change_cache._runs[topic.pk].values()))
    assert (run.first, run.change, len(run.events)) == (3, 5, 2)
    for since in (0, 4, 3):
        assert without_moment(await page.watch_topic(topic, since=since)) == await as_stored(since)
    other = await do(world.topic, ada, help_category)

    monkeypatch.setattr(change_cache, "MOST", 1)
    await page.watch_topic(other)

    assert not hub.change_cache._runs


async def test_the_cache_is_bounded_in_bytes(visit, hub, topic, ada, help_category, monkeypatch):
    monkeypatch.setattr(change_cache, "MOST", 200_000)
    page = await visit()
    for _ in range(8):
        other = await do(world.topic, ada, help_category, body="Long. " * 2000)
        await page.watch_topic(other)

        assert (
            sum(run.size for runs in hub.change_cache._runs.values() for run in runs.values())
            <= 200_000
        )


async def test_events_of_a_topic_are_appended_to_its_run(visit, hub, topic, ada, monkeypatch):
    page = await visit()
    await page.watch_topic(topic)
    for n in range(6):
        await do(topic.reply, ada, f"{n} Long. " * 1000)
        await page.update("created")
    run = next(iter(hub.change_cache._runs[topic.pk].values()))
    assert run.size > 50_000

    monkeypatch.setattr(change_cache, "MOST", run.size - 1)
    await do(topic.reply, ada, "One more.")
    await page.update("created")

    assert not hub.change_cache._runs
