"""The hub subscribes to exactly the groups of its pages, and restarts tasks that fail."""

import asyncio

import pytest
from channels.layers import get_channel_layer

from realtime.hub import hub as hubs
from realtime.protocol import groups
from realtime.protocol.hub_messages import Echo, encode
from tests.realtime.sockets import do, until

pytestmark = pytest.mark.django_db(transaction=True)


def subscribed():
    return {group for group, channels in get_channel_layer().groups.items() if channels}


async def test_the_process_is_in_a_group_while_a_page_is(in_memory, visit, topic, hub):
    one, two = await visit(), await visit()
    group = groups.of_topic(topic.pk)
    await one.watch_topic(topic)
    await two.watch_topic(topic)
    assert len(get_channel_layer().groups[group]) == 1

    await one.leave()
    assert group in subscribed()
    await two.leave()

    await until(lambda: group not in subscribed())
    assert hub.routes.members == {}
    assert hub.sweep.heads == {}
    assert hub.pages == {}


async def test_a_channel_that_fails_is_replaced_and_nothing_is_missed(
    visit, topic, ada, hub, timing, monkeypatch
):
    timing.restart_after = 0.05
    page = await visit()
    await page.watch_topic(topic)
    before = hub.subscriptions.channel

    get_channel_layer().groups.clear()  # events published now reach no hub
    await do(topic.reply, ada, "Into the void")
    layer = get_channel_layer()
    receive = layer.receive

    async def fail_once(channel):
        monkeypatch.setattr(layer, "receive", receive)
        raise OSError("The connection is lost.")

    monkeypatch.setattr(layer, "receive", fail_once)
    await layer.send(before, encode(Echo()))

    assert (await page.update("created"))["change"] == 2
    assert hub.subscriptions.channel != before
    await do(topic.reply, ada, "Heard")
    assert (await page.update("created"))["change"] == 3


async def test_subscriptions_are_renewed_before_the_layer_forgets_them(
    in_memory, timing, visit, topic, hub
):
    timing.renew_every = 0.05
    page = await visit()
    await page.watch_topic(topic)
    group = groups.of_topic(topic.pk)
    hub.subscriptions.update(group)
    get_channel_layer().groups[group][hub.subscriptions.channel] = 0  # long ago

    await until(lambda: get_channel_layer().groups[group][hub.subscriptions.channel] > 0)


async def test_a_sweep_that_fails_is_logged_and_tried_again(
    visit, topic, hub, timing, monkeypatch, caplog
):
    from realtime.reconciliation import sweep

    real, calls = sweep.look, []

    def failing(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("no database")
        return real(*arguments)

    monkeypatch.setattr(sweep, "look", failing)
    timing.sweep_every = 0.02
    await (await visit()).watch_topic(topic)
    hub.sweep.run_soon()

    await until(lambda: len(calls) > 2)
    assert "no database" in caplog.text


def test_each_event_loop_has_a_hub_of_its_own(transactional_db):
    async def hub_here():
        hub = hubs.the_hub()
        assert hubs.running_hub() is hub
        await hub.stop()
        return hub

    one, two = asyncio.run(hub_here()), asyncio.run(hub_here())

    assert one is not two
    assert hubs.running_hub() is None


def test_a_post_is_saved_in_a_process_without_a_hub(topic, ada):
    hubs._hub = None

    assert topic.reply(ada, "Nobody here").number == 2


@pytest.fixture
def fast_heartbeats(timing):
    timing.heartbeat_every, timing.heartbeat_pulse = 0.1, 0.02
    return timing


async def test_each_page_gets_the_heads_of_its_topics(visit, topic, ada, fast_heartbeats):
    page = await visit()
    epoch = topic.epoch
    await page.watch_topic(topic)

    assert (await page.receive("heartbeat"))["topics"] == {str(topic.pk): [epoch, 1]}
    await page.send(type="pong")
    await do(topic.reply, ada, "Tick")

    assert await page.receive(
        lambda f: f["type"] == "heartbeat" and f["topics"] == {str(topic.pk): [epoch, 2]}
    )


async def test_a_page_that_never_answers_a_heartbeat_is_disconnected(visit, hub, fast_heartbeats):
    fast_heartbeats.heartbeat_patience = 0.1
    page = await visit()

    assert await page.closed() == 4001
    assert not hub.pages


async def test_a_page_leaves_the_hub_however_its_handler_ends(visit, topic, hub):
    page = await visit()
    await page.watch_topic(topic)

    page.wire.future.cancel()

    await until(lambda: not hub.pages and not hub.routes.members)


async def test_a_page_that_does_not_read_delays_no_other(visit, topic, ada, hub):
    stuck, page = await visit(), await visit()
    await stuck.watch_topic(topic)
    await page.watch_topic(topic)
    consumer = next(iter(hub.routes.members[groups.of_topic(topic.pk)]))
    never = asyncio.Event()

    async def suspend(message):
        await never.wait()

    consumer.send_buffer._send = suspend
    consumer.refresh_route()
    for _ in range(60):
        await do(topic.reply, ada, "long " * 300)

    for change in range(2, 62):
        assert (await page.update("created"))["change"] == change
    assert consumer.send_buffer.is_closed
    assert consumer not in hub.pages
