"""The sweep delivers what the layer lost: to every page, once, at a cost independent of pages."""

import os
import subprocess
import sys

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from forum.models import Post, Topic
from forum.signals import changed
from realtime.publishing import publisher
from realtime.reconciliation import list_snapshots, sweep
from tests.realtime.sockets import do, until
from tests.support import world
from tests.support.server import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quiet():
    """Nothing is published: as if all was saved by another process, and there were no Redis."""
    changed.disconnect(publisher.on_change, dispatch_uid="realtime")
    yield
    publisher.connect()


@pytest.fixture
async def sweeper(hub, timing):
    """A function that sweeps as the hub does, and returns when all events are delivered."""
    timing.sweep_every, timing.frame_every = 3600, 0

    async def run():
        await hub.sweep.once()
        await until(lambda: not hub.throttle._waiting)

    return run


def in_another_process(code):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
    }
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        cwd=ROOT,
        env=environment,
        check=True,
    )


async def test_what_is_saved_before_the_first_sweep_reaches_every_page(
    visit, topic, ada, quiet, sweeper
):
    shown, listed, elsewhere = await visit(), await visit(), await visit()
    await shown.watch_topic(topic)
    await listed.watch_list("latest")
    await elsewhere.watch_news(0)

    await do(topic.reply, ada, "Just after you came")
    await sweeper()

    assert "Just after you came" in (await shown.update("created"))["post"]["html"]
    assert (await listed.update())["change"] == topic.change
    assert (await elsewhere.update("created"))["title"] == topic.title


async def test_other_tags_reach_lists_of_tags(
    visit, topic, ada, help_category, lounge, iris, quiet, sweeper
):
    tea = await do(world.tag)
    leaving = await do(world.topic, ada, help_category, tagged=[tea])
    secret = await do(world.topic, iris, lounge)
    page, insider = await visit(), await visit(iris)
    for one in (page, insider):
        await one.watch_list(f"tag:{tea.pk}")
    await sweeper()

    await do(topic.tag, [tea])
    await do(leaving.tag, [])
    await do(secret.tag, [tea])
    await sweeper()

    for one in (page, insider):
        assert (await one.receive(lambda f: f.get("topic") == topic.pk))["row"]
        assert await one.receive(lambda f: f.get("topic") == leaving.pk and f["row"] is None)
    assert (await insider.receive(lambda f: f.get("topic") == secret.pk))["row"]
    assert all(frame.get("topic") != secret.pk for frame in page.collect())


@pytest.mark.servers
async def test_a_post_saved_in_another_process_reaches_every_page(visit, topic, sweeper):
    shown, listed, elsewhere = await visit(), await visit(), await visit()
    await shown.watch_topic(topic)
    await listed.watch_list("latest")
    await elsewhere.watch_news(0)
    await sweeper()

    code = (
        f"from forum.models import *; t = Topic.objects.get(pk={topic.pk}); t.reply(t.author, 'From"
        " afar')"
    )
    await do(in_another_process, code)
    await sweeper()

    assert "From afar" in (await shown.update("created"))["post"]["html"]
    assert (await listed.update())["row"]
    assert (await elsewhere.update("created"))["title"] == topic.title


async def test_events_that_were_pushed_are_not_sent_again(visit, topic, ada, sweeper):
    shown, listed, elsewhere = await visit(), await visit(), await visit()
    await shown.watch_topic(topic)
    await listed.watch_list("latest")
    await elsewhere.watch_news(0)
    await sweeper()
    seen = {page: len(page.collect()) for page in (shown, listed, elsewhere)}

    await do(topic.reply, ada, "Once")
    for page in (shown, listed, elsewhere):
        await page.update("created")
    await sweeper()
    await sweeper()
    await do(topic.reply, ada, "Twice")

    for page in (shown, listed, elsewhere):
        assert (await page.update())["change"] == 3
        assert len([f for f in page.collect()[seen[page] :] if f["type"] == "post_update"]) == 2


async def test_lost_events_are_delivered_once_and_in_order(visit, topic, ada, mo, sweeper, quiet):
    shown, elsewhere = await visit(), await visit()
    await shown.watch_topic(topic)
    await elsewhere.watch_news(0)
    await sweeper()

    await do(
        lambda: [topic.reply(ada, "One"), topic.reply(ada, "Two").hide(mo), topic.rename("Milk")]
    )
    await sweeper()
    await sweeper()

    assert [f["change"] for f in shown.collect()[1:]] == [2, 4, 5]
    assert [f["kind"] for f in shown.frames[1:]] == ["created", "hidden", "header"]
    assert [f["post"]["number"] for f in elsewhere.collect()[1:]] == [2]


async def test_new_posts_count_elsewhere_whatever_was_made_of_them_since(
    visit, topic, ada, sweeper, quiet
):
    shown, elsewhere = await visit(), await visit()
    await shown.watch_topic(topic)
    await elsewhere.watch_news(0)
    await sweeper()

    def write():
        milk, sugar = topic.reply(ada, "Milk"), topic.reply(ada, "Sugar")
        topic.reply(ada, "Milk, then.", reply_to=milk)
        sugar.edit(ada, "Honey")

    await do(write)
    await sweeper()

    kinds = {f["post"]["number"]: f["kind"] for f in shown.collect()[1:] if "post" in f}
    assert kinds == {2: "answered", 3: "edited", 4: "created"}
    news = {f["post"]["number"]: f["kind"] for f in elsewhere.collect()[1:]}
    assert news == dict.fromkeys([2, 3, 4], "created")


async def test_a_page_far_behind_gets_only_a_heartbeat_and_asks(visit, topic, ada, sweeper, quiet):
    page = await visit()
    await page.watch_topic(topic)
    await sweeper()

    await do(lambda: [topic.reply(ada, "So much") for _ in range(51)])
    await sweeper()

    epoch = topic.epoch
    assert page.collect()[1:] == [{"type": "heartbeat", "topics": {str(topic.pk): [epoch, 52]}}]


async def test_another_epoch_is_sent_as_a_head(visit, topic, sweeper):
    page = await visit()
    await page.watch_topic(topic)
    await sweeper()

    await do(Topic.objects.filter(pk=topic.pk).update, epoch="restored")
    await sweeper()

    assert page.collect()[1:] == [{"type": "heartbeat", "topics": {str(topic.pk): ["restored", 1]}}]


async def test_the_sweep_sees_pinned_topics_with_old_activity(
    visit, topic, ada, help_category, sweeper, quiet, monkeypatch
):
    monkeypatch.setattr(list_snapshots, "SIZE", 3)
    await do(topic.pin)
    await do(lambda: [world.topic(ada, help_category, f"Newer {n}") for n in range(4)])
    page = await visit()
    await page.watch_list("latest")
    await sweeper()
    seen = len(page.collect())

    await do(topic.rename, "Renamed far down")
    await sweeper()

    assert ["Renamed far down" in f["row"] for f in page.collect()[seen:]] == [True]


async def test_a_topic_that_moves_up_because_another_left_is_not_delivered(
    visit, ada, help_category, sweeper, quiet, monkeypatch
):
    monkeypatch.setattr(list_snapshots, "SIZE", 3)
    topics = await do(lambda: [world.topic(ada, help_category, f"Topic {n}") for n in range(5)])
    other = await do(world.category, "Elsewhere")
    page, latest = await visit(), await visit()
    await page.watch_list(f"category:{help_category.pk}")
    await latest.watch_list("latest")
    await sweeper()
    seen, seen_latest = len(page.collect()), len(latest.collect())

    await do(topics[-1].move, other)
    await sweeper()

    assert [(f["topic"], f["row"]) for f in page.collect()[seen:]] == [(topics[-1].pk, None)]
    assert [f["topic"] for f in latest.collect()[seen_latest:]] == [topics[-1].pk]


async def test_a_move_into_a_private_category_leaks_nothing_if_its_message_is_lost(
    visit, topic, lounge, iris, sweeper, quiet, ada
):
    guest, listed, insider = await visit(), await visit(), await visit(iris)
    await guest.watch_topic(topic)
    await listed.watch_list("latest")
    await listed.watch_news(0)
    await insider.watch_list("latest")
    await sweeper()
    seen, seen_inside = len(listed.collect()), len(insider.collect())

    await do(lambda: [topic.move(lounge), topic.reply(iris, "Among ourselves")])
    await sweeper()
    await sweeper()

    assert [f["type"] for f in guest.collect()[1:]] == ["again"]
    assert [(f["kind"], f["row"]) for f in listed.collect()[seen:]] == [("moved", None)]
    assert [bool(f["row"]) for f in insider.collect()[seen_inside:]] == [True]


async def test_a_new_private_topic_reaches_only_insiders(visit, lounge, iris, sweeper, quiet):
    guest, insider = await visit(), await visit(iris)
    for page in (guest, insider):
        await page.watch_list("latest")
        await page.watch_news(0)
    await sweeper()

    await do(world.topic, iris, lounge, "Secret plans", replies=1)
    await sweeper()

    assert len(guest.collect()) == 2
    assert [f["post"]["number"] for f in insider.collect() if "title" in f] == [1, 2]
    assert len([f for f in insider.frames if "row" in f]) == 1


async def test_memory_of_sent_list_events_stays_small(
    visit, hub, ada, help_category, sweeper, monkeypatch
):
    monkeypatch.setattr(list_snapshots, "SIZE", 3)
    page = await visit()
    await page.watch_list("latest")
    await sweeper()

    topics = await do(lambda: [world.topic(ada, help_category, f"Topic {n}") for n in range(12)])
    for _ in topics:
        await page.update("created")
    await sweeper()

    assert {topic for _group, topic in hub.sweep.last_sent} <= {topic.pk for topic in topics[-3:]}


def queries_of(question, known):
    with CaptureQueriesContext(connections["default"]) as queries:
        sweep.look(question, known)
    return len(queries)


async def test_a_quiet_sweep_costs_the_same_for_one_page_and_for_many(
    visit, hub, ada, grace, help_category, sweeper
):
    topics = await do(lambda: [world.topic(ada, help_category, f"Topic {n}") for n in range(6)])
    costs = []
    for number in (1, 5):
        for topic in topics[:number]:
            page = await visit(grace)
            await page.watch_topic(topic)
            await page.watch_list("latest")
            await page.watch_news(0)
        known = await do(list_snapshots.take, ["list.latest"])
        costs.append(await do(queries_of, sweep.Question.of(hub), known))

    # newest post, topics, list, pinned, rights: members, sessions, categories
    assert costs == [7, 7]
    assert await do(Post.objects.count) == 6
