"""Hundreds of reactions a second are a few frames for each page, which find no gap in them."""

import asyncio
import json

import pytest

from realtime.hub.joining import joined
from realtime.protocol import groups
from realtime.protocol.delivery import Audience, Change, Delivery
from tests.realtime.sockets import BESIDE, do, until
from tests.support import world
from tests.support.change_queue import ChangeQueue

pytestmark = pytest.mark.django_db(transaction=True)


def delivery(topic, number, post=None):
    """The event of change `number`, by a reaction to `post`."""
    event = {"type": "post_update", "topic": topic.pk, "epoch": topic.epoch, "change": number}
    text = json.dumps({**event, "header": "<header>", "post": {"id": post or 1}})
    change = Change(topic.pk, topic.epoch, number)
    return Delivery(change, Audience(groups.of_topic(topic.pk)), text, joined=post)


async def next_frame(page):
    """The next frame of topics as it came, as a list of its events."""
    frame = json.loads((await page.wire.output_queue.get())["text"])
    if frame["type"] in BESIDE:
        return await next_frame(page)
    return frame["events"] if frame["type"] == "batch" else [frame]


def said(frame):
    return [(one["post"]["id"], one.get("since"), one["change"]) for one in frame]


@pytest.fixture
async def page(visit, topic, timing):
    timing.frame_every = 2.0  # longer than a busy machine pauses
    page = await visit()
    await page.watch_topic(topic)
    return page


async def test_the_first_reaction_is_sent_at_once_and_those_that_follow_as_one(hub, page, topic):
    for number in range(2, 52):
        await hub.deliver(delivery(topic, number, post=7))

    assert said(await next_frame(page)) == [(7, None, 2)]
    assert said(await next_frame(page)) == [(7, 2, 51)]
    assert page.wire.output_queue.empty()


async def test_of_each_post_the_latest_is_sent_and_they_follow_each_other(hub, page, topic):
    for number, post in enumerate([7, 7, 8, 9, 8, 7], start=2):
        await hub.deliver(delivery(topic, number, post))

    await next_frame(page)
    assert said(await next_frame(page)) == [(9, 2, 5), (8, None, 6), (7, None, 7)]


async def test_any_other_event_is_sent_at_once_after_what_waits(hub, page, topic):
    for number in (2, 3, 4):
        await hub.deliver(delivery(topic, number, post=7))
    await next_frame(page)

    await hub.deliver(delivery(topic, 5))
    await hub.deliver(delivery(topic, 6, post=7))

    assert said(await next_frame(page)) == [(7, 2, 4), (1, None, 5)]
    assert said(await next_frame(page)) == [(7, None, 6)]


async def test_what_is_late_from_another_process_waits_for_one_frame(hub, page, topic):
    await hub.deliver(delivery(topic, 2, post=7))
    await hub.deliver(delivery(topic, 4, post=7))
    await hub.deliver(delivery(topic, 6, post=7))
    await hub.deliver(delivery(topic, 3, post=7))

    assert said(await next_frame(page)) == [(7, None, 2)]
    assert said(await next_frame(page)) == [(7, 2, 4)]
    assert said(await next_frame(page)) == [(7, None, 6)]  # pages ask for 5


async def test_what_comes_after_its_frame_waits_for_the_next_one(hub, page, topic):
    for number in (2, 3, 5):
        await hub.deliver(delivery(topic, number, post=7))
    await next_frame(page)
    assert said(await next_frame(page)) == [(7, None, 3)]
    assert said(await next_frame(page)) == [(7, None, 5)]

    for number in (4, 6):
        await hub.deliver(delivery(topic, number, post=8))

    assert said(await next_frame(page)) == [(8, None, 4), (8, None, 6)]


async def test_votes_are_joined_as_well(hub, page, topic, ada):
    post = await do(topic.posts.get)
    await do(post.edit, ada, "```poll\nTea?\n- Yes\n- No\n```")
    members = [await do(world.member, f"member{number}") for number in range(5)]
    await page.receive(lambda frame: frame.get("change") == 2)
    for member in members:
        await do(post.vote, member, [1])

    first = said(await next_frame(page))
    assert first == [(post.pk, None, 3)]
    assert said(await next_frame(page)) == [(post.pk, 3, 7)]


async def test_a_quiet_topic_keeps_nothing(hub, page, topic):
    await hub.deliver(delivery(topic, 2, post=7))
    await until(lambda: not hub.joining._topics)


async def test_pages_that_left_in_between_get_nothing(hub, visit, page, topic):
    other = await visit()
    await other.watch_topic(topic)
    for number in (2, 3):
        await hub.deliver(delivery(topic, number, post=7))
    await page.send(type="unwatch", topic=topic.pk)
    await page.watch_list()  # so it has been read

    await other.receive(lambda frame: frame.get("change") == 3)
    assert all(frame.get("change") != 3 for frame in page.collect())


def test_numbers_with_a_gap_are_not_stood_for(topic):
    found = joined([delivery(topic, number, post=7) for number in (9, 5, 4, 7, 5)])

    events = [json.loads(one.text) for one in found]
    assert [(one.get("since"), one["change"]) for one in events] == [(3, 5), (None, 7), (None, 9)]


async def test_members_that_react_at_once_are_few_frames_and_right_at_rest(
    hub, page, visit, topic, timing
):
    timing.frame_every = 0.25
    post = await do(topic.posts.get)
    members = [await do(world.member, f"member{number}") for number in range(40)]
    queue = ChangeQueue(topic.epoch, topic.change, lambda event: None)
    loop = asyncio.get_running_loop()
    begun = loop.time()

    async def tap(member):
        await do(post.react, member, "heart")

    await asyncio.gather(*map(tap, members))
    frames = []
    while queue.have < topic.change + 40:
        async with asyncio.timeout(30):
            frames.append(await next_frame(page))
        for event in frames[-1]:
            if event["type"] == "post_update":
                queue.receive(event)
    passed = loop.time() - begun

    assert len(frames) <= 2 + passed / 0.25
    assert 'aria-label="Heart: 40"' in frames[-1][-1]["post"]["html"]
