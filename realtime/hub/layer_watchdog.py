"""Sends an Echo through Redis every two seconds, to notice when Redis is down or delivers nothing.

The sweep then runs more often.
"""

import asyncio
import logging
import time

from django.conf import settings

from realtime import redis_layer
from realtime.protocol.hub_messages import Echo, encode

logger = logging.getLogger(__name__)
EVERY = 2.0  # seconds
# seconds during which Redis accepts messages but delivers none, before the hub resubscribes
SILENCE = 10.0


class LayerWatchdog:
    """Watches over the subscription of one hub."""

    def __init__(self, hub):
        self._hub, self._echoed_at = hub, time.monotonic()

    def record_echo(self):
        self._echoed_at = time.monotonic()

    async def run(self):
        self.record_echo()
        while True:
            if settings.REDIS_URL and self._hub.subscriptions.channel:
                await self._probe()
            await asyncio.sleep(EVERY)

    async def _probe(self):
        sent = await asyncio.to_thread(
            redis_layer.probe, self._hub.subscriptions.channel, encode(Echo())
        )
        await asyncio.sleep(EVERY / 4)
        silence = time.monotonic() - self._echoed_at
        self._report(silent=not sent or silence > EVERY)
        if sent and silence > SILENCE:
            self.record_echo()
            self._hub.resubscribe()

    def _report(self, silent):
        if self._hub.subscriptions.record_silence(silent):
            logger.warning(
                "Redis is away; the sweep updates open pages." if silent else "Redis is back."
            )
            self._hub.sweep.run_soon()
