"""Checks of the live part for /health/ready."""

import time

from forum.observability.health import Degraded
from realtime.hub.hub import running_hub
from realtime.reconciliation import sweep as sweeps


async def live_pages():
    """Each two seconds the hub calls itself through the layer; see layer_watchdog.py."""
    hub = running_hub()
    if hub and hub.subscriptions.away:
        raise Degraded(
            "What is sent into the channel layer does not come back; open pages learn by the sweep."
            " See Redis."
        )


async def sweep():
    hub = running_hub()
    if hub and time.monotonic() - hub.sweep.ended_at > 4 * sweeps.EVERY:
        raise Degraded(
            "The sweep has not ended for a while; open pages may miss news. The log says why."
        )
