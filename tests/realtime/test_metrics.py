import pytest
from prometheus_client import REGISTRY

from realtime import metrics
from realtime.protocol.hub_messages import Fence
from tests.realtime.sockets import do, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def counted():
    """A function that tells by how much a count has grown since the test began."""
    before = {}

    def counted(name, **labels):
        now = REGISTRY.get_sample_value(name, labels) or 0
        return now - before.get(name, 0)

    for name in (
        "deliveries_total",
        "looked_up_total",
        "sweep_seconds_count",
        "sweep_found_total",
        "fences_total",
    ):
        before[f"parley_{name}"] = counted(f"parley_{name}")
    before["parley_catch_ups_total"] = counted("parley_catch_ups_total", by="socket")
    return counted


async def test_deliveries_and_catch_ups_are_counted(counted, visit, topic, ada):
    pages = [await visit(), await visit()]
    for page in pages:
        await page.watch_topic(topic)
    await do(topic.reply, ada, "To both of you")
    for page in pages:
        await page.update("created")

    assert counted("parley_catch_ups_total", by="socket") == 2
    assert counted("parley_looked_up_total") == 1  # the second page was given the same answer
    assert counted("parley_deliveries_total") == 2


async def test_events_found_by_the_sweep_are_counted(counted, visit, hub, topic, ada, monkeypatch):
    page = await visit()
    await page.watch_topic(topic)
    monkeypatch.setattr("realtime.publishing.publisher.publish", lambda messages: None)
    await do(topic.reply, ada, "Unheard")
    hub.sweep.run_soon()

    await page.update()
    assert counted("parley_sweep_found_total") >= 1
    await until(lambda: counted("parley_sweep_seconds_count"))


async def test_open_pages_and_their_send_buffers_are_measured(visit, hub):
    await visit()
    await until(lambda: len(hub.pages) == 1)
    await metrics.measure(hub)

    assert REGISTRY.get_sample_value("parley_sockets") == 1
    assert REGISTRY.get_sample_value("parley_waiting_bytes") == 0


async def test_fences_are_counted(counted, visit, hub):
    hub.raise_fence(Fence(everybody=True))

    assert counted("parley_fences_total") == 1
