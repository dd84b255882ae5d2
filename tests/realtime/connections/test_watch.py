"""A page sends what it shows, and gets first what it missed, then every event."""

import asyncio
import time

import pytest

from forum.models import Topic
from realtime import database
from realtime.catchup import changes
from realtime.protocol import groups
from tests.realtime.sockets import DEADLINE, do, until
from tests.support import world

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_guests_page_gets_a_reply_to_its_topic(visit, topic, ada):
    page = await visit()
    await page.watch_topic(topic)

    await do(topic.reply, ada, "Tea, **always**.")

    event = await page.update("created")
    assert event["change"] == 2
    assert event["post"]["number"] == 2
    assert "<strong>always</strong>" in event["post"]["html"]


async def test_a_returning_page_gets_what_it_missed(visit, topic, ada):
    await do(topic.reply, ada, "While you were away")
    page = await visit()

    answer = await page.watch_topic(topic, since=1)

    assert [event["change"] for event in answer["events"]] == [2]
    assert (answer["change"], answer["more"]) == (2, False)


async def test_a_page_that_is_current_gets_no_events(visit, topic):
    page = await visit()

    answer = await page.watch_topic(topic)

    assert (answer["events"], answer["change"]) == ([], topic.change)


async def test_a_catch_up_includes_a_change_of_the_header(visit, topic):
    await do(topic.rename, "Cocoa!")
    page = await visit()

    answer = await page.watch_topic(topic, since=1)

    assert [event["kind"] for event in answer["events"]] == ["header"]
    assert "Cocoa!" in answer["events"][0]["header"]


async def test_a_page_far_behind_gets_a_part_and_the_flag_that_there_is_more(
    visit, help_category, ada
):
    topic = await do(world.topic, ada, help_category, replies=59)
    page = await visit()

    first = await page.watch_topic(topic, since=0)
    second = await page.watch_topic(topic, since=first["change"])

    assert (len(first["events"]), first["more"]) == (50, True)
    assert (len(second["events"]), second["more"], second["change"]) == (10, False, topic.change)


@pytest.mark.parametrize(("behind", "answer"), [(1000, "changes"), (1001, "reload")])
async def test_a_page_more_than_a_thousand_changes_behind_reloads(visit, topic, behind, answer):
    await do(Topic.objects.filter(pk=topic.pk).update, change=2000)
    page = await visit()

    assert (await page.watch_topic(topic, since=2000 - behind))["type"] == answer


async def test_a_page_from_another_epoch_or_the_future_reloads(visit, topic):
    page = await visit()

    ahead = await page.watch_topic(topic, since=topic.change + 1)
    topic.epoch = "another"
    elsewhere = await page.watch_topic(topic)

    assert ahead["type"] == elsewhere["type"] == "reload"
    assert elsewhere["epoch"] != "another"


async def test_events_during_a_catch_up_are_in_the_answer_or_follow_it(
    visit, topic, ada, hub, monkeypatch
):
    page = await visit()
    real = changes.topic_changes_and_category

    def slow(*arguments):
        answer = real(*arguments)
        topic.reply(ada, "In between")
        deadline = time.monotonic() + DEADLINE
        while (
            groups.of_topic(topic.pk),
            topic.pk,
        ) not in hub.sweep.last_sent and time.monotonic() < deadline:
            time.sleep(0.01)
        return answer

    monkeypatch.setattr(changes, "topic_changes_and_category", slow)
    answer = await page.watch_topic(topic)
    event = await page.update("created")

    assert (answer["change"], event["change"]) == (2, 2)
    assert [frame["type"] for frame in page.frames] == ["changes", "post_update"]


async def test_a_page_that_unwatches_gets_no_more_events(visit, topic, ada, hub):
    page, other = await visit(), await visit()
    await page.watch_topic(topic)
    await other.watch_topic(topic)

    await page.send(type="unwatch", topic=topic.pk)
    await until(lambda: len(hub.routes.members[groups.of_topic(topic.pk)]) == 1)
    await do(topic.reply, ada, "Gone already?")

    await other.update("created")
    assert [frame["type"] for frame in page.collect()] == ["changes"]


async def test_two_pages_that_join_and_leave_at_once_keep_the_third_in_its_group(
    visit, topic, ada, hub
):
    staying = await visit()
    await staying.watch_topic(topic)
    for _ in range(5):
        one, two = await visit(), await visit()
        watch = one.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=topic.change)
        await asyncio.gather(watch, two.watch_topic(topic), one.leave())
        await asyncio.gather(two.leave(), staying.watch_topic(topic))

    await do(topic.reply, ada, "Still there?")

    assert (await staying.update("created"))["change"] == 2
    assert list(hub.routes.members[groups.of_topic(topic.pk)]) == list(hub.pages)


async def test_a_list_gets_the_rows_that_differ_and_the_ids_that_are_gone(
    visit, ada, help_category, topic
):
    other = await do(world.topic, ada, help_category, "Milk?")
    page = await visit()

    answer = await page.watch_list("latest", rows=f"{topic.pk}:{topic.change},{other.pk}:0,99999:3")

    assert [event["topic"] for event in answer["rows"]] == [other.pk]
    assert answer["gone"] == [99999]
    assert answer["top"] == [other.pk, topic.pk]


async def test_news_are_counted_without_what_the_page_shows_and_ones_own(
    visit, grace, topic, help_category
):
    other = await do(world.topic, grace, help_category, "Milk?", replies=2)
    guest, writer = await visit(), await visit(grace)

    assert (await guest.watch_news(0))["count"] == 4
    assert (await guest.watch_news(0, topic=other.pk))["count"] == 1
    assert (await guest.watch_news(0, list="latest"))["count"] == 0
    assert (await writer.watch_news(0))["count"] == 1


async def test_seen_records_how_far_a_member_has_read(visit, grace, topic):
    page = await visit(grace)
    await page.watch_topic(topic)

    await page.send(type="seen", topic=topic.pk, number=1)
    await page.send(type="seen", topic=topic.pk, number=2**53 - 1)
    await page.watch_topic(topic)

    assert await do(lambda: list(grace.readings.values_list("topic", "number"))) == [(topic.pk, 1)]


async def test_fifty_topics_may_be_watched_and_no_more(visit, topic, hub):
    page = await visit()
    await until(lambda: hub.pages)
    (consumer,) = hub.pages
    for pk in range(10_001, 10_050):
        await hub.join(consumer, groups.of_topic(pk))

    assert (await page.watch_topic(topic))["type"] == "changes"
    await page.send(type="watch", topic=77, epoch="", change=0)

    assert "50" in (await page.receive("error"))["message"]
    assert (await page.watch_topic(topic))["type"] == "changes"


async def test_a_failing_database_closes_only_the_page_that_asked(
    visit, topic, ada, hub, monkeypatch
):
    page, other = await visit(), await visit()
    await page.watch_topic(topic)
    real = database.ask

    async def broken(function, *arguments):
        if function is changes.newest_post:
            raise RuntimeError("the database is away")
        return await real(function, *arguments)

    monkeypatch.setattr(database, "ask", broken)
    await other.send(type="watch", news=0)

    assert await other.closed() == 1013
    await do(topic.reply, ada, "Here")
    assert (await page.update("created"))["topic"] == topic.pk


async def test_a_page_that_leaves_while_it_is_answered_leaves_nothing_behind(
    visit, topic, ada, hub, monkeypatch
):
    """A topic that no page shows would, once it was moved or gone, hold up every sweep."""
    leaving, staying = await visit(), await visit()
    await staying.watch_topic(topic)
    other = await do(world.topic, ada, await do(world.category, "Passing"))
    real = database.ask

    async def slowly(function, *arguments):
        answer = await real(function, *arguments)
        if function is changes.topic_changes_and_category and arguments[1] == other.pk:
            await leaving.wire.send_input({"type": "websocket.disconnect", "code": 1001})
            await until(lambda: len(hub.pages) == 1)
        return answer

    monkeypatch.setattr(database, "ask", slowly)
    await leaving.send(type="watch", topic=other.pk, epoch=other.epoch, change=other.change)
    await until(lambda: len(hub.pages) == 1)
    await asyncio.sleep(0.05)  # whatever it may still do

    assert list(hub.sweep.heads) == [topic.pk]
