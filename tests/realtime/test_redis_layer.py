"""Events pass between processes through Redis; without it the sweep delivers posts."""

import time

import pytest
import redis as redis_library
from channels.layers import get_channel_layer

from forum.cache import circuit_breaker
from realtime import redis_layer
from realtime.protocol import groups
from realtime.protocol.delivery import Audience, Change, Delivery
from realtime.protocol.hub_messages import Fence, encode
from realtime.publishing import publisher
from realtime.timing import Timing
from tests.realtime.sockets import DEADLINE, do, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture
def timing():
    return Timing(
        heartbeat_every=3600,
        echo_every=0.3,
        sweep_every_when_away=0.3,
        sweep_every=3600,
        restart_after=0.2,
    )


@pytest.fixture(autouse=True)
def short_breaks(monkeypatch):
    monkeypatch.setattr(circuit_breaker.redis, "pause", 0.5)


async def echo_received(hub):
    """Waits until the hub has received an echo through Redis."""
    hub.watchdog._echoed_at = 0
    await until(lambda: hub.watchdog._echoed_at and not hub.subscriptions.away)


async def test_an_event_passes_through_redis_to_a_page(redis, visit, topic, ada):
    page = await visit()
    await page.watch_topic(topic)

    await do(topic.reply, ada, "Through the wire, with umlauts: äöü")

    assert "äöü" in (await page.update("created"))["post"]["html"]


async def test_events_of_another_process_arrive(redis, visit, topic, hub):
    """Publishes like `manage.py shell`: without hub or pages, only through the pool."""
    page = await visit()
    await page.watch_topic(topic)

    def publish():
        group = groups.of_topic(topic.pk)
        event = Delivery(
            Change(topic.pk, topic.epoch, 2), Audience(group), '{"type": "post_update"}'
        )
        return redis_layer.send_to_groups([(group, encode(event))])

    assert await do(publish)
    assert await page.receive("post_update")


async def test_the_process_is_subscribed_once_per_group(redis, visit, topic):
    for _ in range(3):
        await (await visit()).watch_topic(topic)

    client = redis_library.Redis.from_url(redis.address)
    name = f"asgi__group__{groups.of_topic(topic.pk)}"
    assert client.pubsub_numsub(name) == [(name.encode(), 1)]
    client.close()


async def test_a_fence_of_another_process_removes_pages_from_their_groups(redis, visit, hub, iris):
    page = await visit(iris)
    await page.watch_news(0)

    await do(
        redis_layer.send_to_groups, [(groups.FENCE, encode(Fence(user=iris.pk, sender="another")))]
    )

    assert await page.closed() == 4001


async def test_with_redis_dead_a_post_is_saved_soon_and_reaches_every_page(
    redis, visit, hub, topic, ada
):
    page, elsewhere = await visit(), await visit()
    await page.watch_topic(topic)
    await elsewhere.watch_news(0)
    await echo_received(hub)
    await until(lambda: not hub.sweep._soon.is_set())

    redis.kill()
    times = [await do(timed, lambda: topic.reply(ada, "Still here")) for _ in range(3)]
    late = await visit()

    assert [(await page.update("created"))["change"] for _ in range(3)] == [2, 3, 4]
    assert (await late.watch_topic(topic))["change"] == 4
    assert max(times) < DEADLINE, times
    await until(lambda: hub.subscriptions.away)
    redis.start()
    await echo_received(hub)
    await do(topic.reply, ada, "And back")
    assert (await page.update("created"))["change"] == 5
    assert (await late.update("created"))["change"] == 5


async def test_with_redis_hung_a_post_does_not_wait_for_it(redis, visit, hub, topic, ada):
    page = await visit()
    await page.watch_topic(topic)
    await echo_received(hub)

    redis.freeze()
    circuit_breaker.redis.record_success()
    message = [(groups.FENCE, encode(Fence(topic=0)))]
    first, second = (
        await do(timed, lambda: redis_layer.send_to_groups(message)),
        await do(timed, publisher.publish, []),
    )
    await do(topic.reply, ada, "Slowly")

    assert (await page.update("created"))["change"] == 2
    assert first < DEADLINE
    assert second < DEADLINE
    await until(lambda: hub.subscriptions.away)
    redis.thaw()
    await echo_received(hub)
    await do(topic.reply, ada, "Quickly")
    assert (await page.update("created"))["change"] == 3
    assert page.code is None


async def test_a_page_that_connects_while_redis_is_away_is_served(redis, visit, hub, topic, ada):
    page = await visit()
    await echo_received(hub)
    redis.kill()
    await until(lambda: hub.subscriptions.away)

    await page.watch_topic(topic)
    await do(topic.reply, ada, "Without Redis")

    assert (await page.update("created"))["change"] == 2
    redis.start()
    await echo_received(hub)
    await until(lambda: groups.of_topic(topic.pk) in hub.subscriptions._open)
    await do(topic.reply, ada, "With Redis")
    assert (await page.update("created"))["change"] == 3


async def test_with_redis_away_pages_of_the_same_process_get_events_at_once(
    redis, visit, hub, topic, ada, timing
):
    timing.sweep_every_when_away = 3600
    page = await visit()
    await page.watch_topic(topic)
    await echo_received(hub)
    redis.kill()
    await until(lambda: hub.subscriptions.away and not hub.sweep._soon.is_set())

    await do(topic.reply, ada, "Neighbours")

    assert (await page.update("created"))["change"] == 2


async def test_a_hub_resubscribes_when_redis_answers_but_delivers_nothing(
    redis, visit, hub, topic, ada, timing
):
    timing.echo_silence = 0.5
    page = await visit()
    await page.watch_topic(topic)
    await echo_received(hub)
    before = hub.subscriptions.channel

    layer = get_channel_layer()._get_layer()
    layer.groups.clear()
    layer.channels = {}

    await until(lambda: hub.subscriptions.channel != before)
    await echo_received(hub)
    await do(topic.reply, ada, "Hello?")
    assert (await page.update("created"))["change"] == 2


def timed(function, *arguments):
    started = time.monotonic()
    function(*arguments)
    return time.monotonic() - started
