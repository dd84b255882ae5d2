import pytest

from forum.observability.health import Degraded
from realtime.diagnostics import health

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_process_without_pages_is_healthy():
    await health.live_pages()
    await health.sweep()


async def test_a_sweep_that_does_not_end_is_reported(hub):
    await health.sweep()
    hub.sweep.ended_at -= 3600
    with pytest.raises(Degraded, match="See the log"):
        await health.sweep()


async def test_a_layer_that_does_not_deliver_is_reported(hub):
    hub.subscriptions.record_silence(True)
    with pytest.raises(Degraded, match="Redis"):
        await health.live_pages()
