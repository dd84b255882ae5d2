"""Health checks of the live part, for /health/ready. Each raises Degraded with what to do."""

import time

from forum.observability.health import Degraded
from realtime.hub.hub import running_hub


async def live_pages():
    """Whether the channel layer delivers, as measured by layer_watchdog.py."""
    hub = running_hub()
    if hub and hub.subscriptions.away:
        raise Degraded(
            "The channel layer does not deliver; the sweep updates open pages instead. Check Redis."
        )


async def sweep():
    """Whether the sweep has finished lately."""
    hub = running_hub()
    if hub and time.monotonic() - hub.sweep.ended_at > 4 * hub.timing.sweep_every:
        raise Degraded(
            "The sweep has not finished for a while; open pages may miss events. See the log."
        )
