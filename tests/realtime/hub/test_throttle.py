"""Lists and news get events at once in a quiet forum, and several in one frame in a busy one."""

import json

import pytest

from realtime.protocol import groups
from realtime.protocol.delivery import Audience, Change, Delivery
from tests.realtime.sockets import BESIDE, do, until
from tests.support import world

pytestmark = pytest.mark.django_db(transaction=True)


async def next_raw_frame(page):
    """The next frame of topics as it came, batches whole."""
    frame = json.loads((await page.wire.output_queue.get())["text"])
    return await next_raw_frame(page) if frame["type"] in BESIDE else frame


@pytest.fixture
async def page(visit, topic):
    page = await visit()
    await page.watch_list("latest")
    await page.watch_news("now")
    return page


async def publish(hub, topic, group, *changes, skip=()):
    for change in changes:
        text = json.dumps(
            {"type": "post_update", "topic": topic.pk, "change": change, "group": group}
        )
        await hub.deliver(
            Delivery(Change(topic.pk, topic.epoch, change), Audience(group, skip), text)
        )


async def test_one_change_is_one_frame_for_a_page_in_several_groups(hub, page, topic):
    await publish(hub, topic, groups.LATEST, 2)
    await publish(hub, topic, groups.EVERYONE, 2)

    frame = await next_raw_frame(page)

    assert frame["type"] == "batch"
    assert [event["group"] for event in frame["events"]] == [groups.LATEST, groups.EVERYONE]


async def test_a_lone_event_comes_as_it_is(hub, page, topic):
    await publish(hub, topic, groups.LATEST, 2)

    assert (await next_raw_frame(page))["change"] == 2


async def test_of_many_changes_lists_get_the_last_row_and_news_all(hub, page, topic, timing):
    timing.frame_every = 0.5
    await publish(hub, topic, groups.LATEST, 2)
    await next_raw_frame(page)

    await publish(hub, topic, groups.LATEST, 3, 5, 4)
    await publish(hub, topic, groups.EVERYONE, 3, 4, 5)
    frame = await next_raw_frame(page)

    assert [(event["group"], event["change"]) for event in frame["events"]] == [
        (groups.LATEST, 5), (groups.EVERYONE, 3), (groups.EVERYONE, 4), (groups.EVERYONE, 5),
    ]  # fmt: skip
    assert page.wire.output_queue.empty()


async def test_one_frame_has_at_most_a_hundred_events_of_news(hub, page, topic):
    await publish(hub, topic, groups.EVERYONE, *range(2, 203))

    numbers = [event["change"] for event in (await next_raw_frame(page))["events"]]
    # 1: the topic's row, if the sweep finds it just then
    assert [number for number in numbers if number > 1] == list(range(103, 203))


async def test_a_list_that_keeps_the_topic_gets_no_removal(hub, visit, page, topic, help_category):
    leaving, category = await visit(), f"category:{help_category.pk}"
    await leaving.watch_list(category)
    await page.watch_list(category)

    await publish(hub, topic, groups.of_category(help_category.pk), 2, skip=[groups.LATEST])
    await publish(hub, topic, groups.LATEST, 2)

    assert (await next_raw_frame(leaving))["group"] == groups.of_category(help_category.pk)
    assert (await next_raw_frame(page))[
        "group"
    ] == groups.LATEST  # a single event, or it would be a batch


async def test_events_during_an_answer_are_held_and_sent_after_it(
    hub, visit, topic, ada, monkeypatch
):
    from realtime.catchup import changes

    real, page = changes.list_answer, await visit()

    def slow(*arguments):
        answer = real(*arguments)
        topic.reply(ada, "In between")
        while not hub.sweep.last_sent.get((groups.LATEST, topic.pk)) or hub.throttle._waiting:
            pass
        return answer

    await page.watch_news("now")
    monkeypatch.setattr(changes, "list_answer", slow)
    await page.watch_list("latest")
    monkeypatch.setattr(changes, "list_answer", real)

    assert (await page.receive(lambda f: f.get("row")))["change"] == 2
    kinds = [frame["type"] for frame in page.frames if "title" not in frame]
    assert kinds == ["news", "rows", "post_update"]


async def test_a_fenced_page_gets_none_of_the_throttled_events(hub, visit, lounge, iris, timing):
    timing.gather = 0.2
    secret, page = await do(world.topic, iris, lounge), await visit(iris)
    await page.watch_list("latest")

    await publish(hub, secret, groups.of_category(lounge.pk), 2)
    await do(iris.groups.clear)

    assert await page.closed() == 4001
    await until(lambda: not hub.throttle._waiting)
    assert [frame["type"] for frame in page.collect()] == ["rows"]
