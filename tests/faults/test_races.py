"""Members lose the right to read while somebody writes: they get nothing committed later."""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection, transaction

from forum.cache import redis_client
from forum.models import Topic
from realtime.hub import hub as hubs
from realtime.publishing import publisher
from tests.realtime.sockets import DEADLINE, Socket, do
from tests.support.concurrency import Crowd
from tests.support.scale import FULL

from .losses import LOSSES, Lounge

# one for each member who loses the right, though MEMBERS lose it in one transaction
RACES, MEMBERS = (10_000, 20) if FULL else (160, 8)
REPLIES = 4  # written in each round
pytestmark = pytest.mark.timeout(1800 if FULL else 300)


def test_nothing_committed_after_the_loss_of_a_right_reaches_members_who_lost_it(
    transactional_db, monkeypatch
):
    """10,000 races, 160 in the short form.

    20 members, 8 in the short form, lose the right at once, each with a page, which counts as a
    race each. With Redis the writer or the revocation is in another process every other time.
    """
    # as many pages come and go on the two cores that it has, too
    monkeypatch.setattr(redis_client, "TIMEOUT", 2.0)
    redis_client.client.cache_clear()
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    lounge = Lounge(MEMBERS)
    connection.close()

    with ThreadPoolExecutor(1) as thread:  # Playwright keeps the event loop of this one
        before, after = thread.submit(asyncio.run, all_races(lounge, chance, monkeypatch)).result()

    redis_client.client.cache_clear()
    assert before > RACES / MEMBERS / 4, "the right was nearly always lost first"
    assert after > RACES / MEMBERS / 4, "the right was nearly always lost last"


async def all_races(lounge, chance, monkeypatch):
    """How many replies were committed before the loss, and how many after it."""
    before = after = 0
    with Crowd(2) as crowd:
        for number in range(RACES // MEMBERS):
            elsewhere = settings.REDIS_URL and number % 2
            monkeypatch.setattr(
                publisher, "running_hub", lambda e=elsewhere: None if e else hubs.running_hub()
            )
            written, change = await race(lounge, chance, crowd)
            before += sum(reply <= change for reply in written.values())
            after += sum(reply > change for reply in written.values())
    await hubs.the_hub().stop()
    hubs._hub = None
    return before, after


async def race(lounge, chance, crowd):
    """({text: change} of the replies, the last change of the topic before the right was lost)."""
    lose, topic = chance.choice(LOSSES), lounge.topic
    pages = [Socket(lounge.sessions[member]) for member in lounge.members]
    for page in pages:  # one after the other: Channels patches itself while a test connects
        assert (await page.wire.connect(timeout=DEADLINE))[0]
    await asyncio.gather(*[watch_all(page, topic) for page in pages])
    pauses = [chance.uniform(0, 0.01) for _ in range(REPLIES)]
    offset, lock_first = chance.uniform(0, sum(pauses) + 0.02), chance.random() < 0.5
    asking = asyncio.create_task(
        ask_again(chance.sample(pages, MEMBERS // 4), topic, chance.uniform(0, 0.04))
    )
    (change, give_back), written = await asyncio.to_thread(
        crowd.at_once,
        lambda: taken(lounge, lose, offset, lock_first),
        lambda: replies(lounge, pauses),
    )
    await asking
    await all_have_lost(pages, lounge, moved=lose is Lounge.topic_moved)
    for page in pages:
        assert too_much(page, topic.pk, change, written) == [], (
            f"{lose.__name__} at change {change}: {written}"
        )
    await asyncio.gather(*[page.leave() for page in pages])
    await asyncio.to_thread(crowd.at_once, give_back)
    await do(topic.refresh_from_db)
    return written, change


async def watch_all(page, topic):
    assert (await page.watch_topic(topic))["type"] == "changes"
    await page.watch_list("latest")
    await page.watch_news("now")


async def ask_again(pages, topic, wait):
    """Some pages catch up at that very moment."""
    await asyncio.sleep(wait)
    for page in pages:
        await page.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=topic.change)


def taken(lounge, lose, offset, lock_first):
    """Revokes the right under the topic's lock, so that later changes are committed later."""
    time.sleep(offset)
    with transaction.atomic():
        if lock_first or lose is Lounge.topic_moved:  # which takes a change itself
            return head_of(lounge), lose(lounge)
        give_back = lose(lounge)
        return head_of(lounge), give_back


def head_of(lounge):
    return Topic.objects.locked(lounge.topic.pk).change


def replies(lounge, pauses):
    written = {}
    for number, pause in enumerate(pauses):
        time.sleep(pause)
        text = f"Reply {number} at {lounge.topic.change}."
        written[text] = Topic.objects.get(pk=lounge.topic.pk).reply(lounge.olive, text).change
    return written


async def all_have_lost(pages, lounge, moved):
    """Waits until each page was disconnected, or has got everything that was on its way to it."""
    if not moved:
        await asyncio.gather(*[page.closed() for page in pages])
        return
    last = await do(
        lambda: Topic.objects.get(pk=lounge.door.pk).reply(lounge.olive, "Anybody there?")
    )
    for page in pages:
        await page.receive(
            lambda f: f["type"] in ("again", "gone")
        )  # the latter if it has just asked
        await page.receive(
            lambda f: (
                f.get("topic") == lounge.door.pk and f.get("row") and f["change"] == last.change
            )
        )


def too_much(page, topic, change, written):
    """Events of later changes that the page got, except that the topic has left a list."""
    late = [text for text, its in written.items() if its > change]
    received = [text for text in late if text in str(page.collect())]
    return received + [
        event
        for frame in page.frames
        for event in [
            frame,
            *frame.get("events", ()),
            *(frame["rows"] if frame["type"] == "rows" else ()),
        ]
        if event.get("topic") == topic
        and event.get("change", 0) > change
        and event.get("row", "") is not None
    ]
