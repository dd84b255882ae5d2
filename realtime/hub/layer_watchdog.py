"""Sends an Echo through Redis every two seconds, to notice when Redis is down or delivers nothing.

The sweep then runs more often.
"""

import asyncio
import logging

from django.conf import settings

from realtime import redis_layer
from realtime.protocol.hub_messages import Echo, encode

logger = logging.getLogger(__name__)


class LayerWatchdog:
    """Watches over the subscription of one hub."""

    def __init__(self, hub):
        self._hub, self._timing = hub, hub.timing
        self.record_echo()

    def record_echo(self):
        self._echoed_at = self._timing.clock()

    async def run(self):
        self.record_echo()
        while True:
            if settings.REDIS_URL and self._hub.subscriptions.channel:
                await self._probe()
            await asyncio.sleep(self._timing.echo_every)

    async def _probe(self):
        sent = await asyncio.to_thread(
            redis_layer.probe, self._hub.subscriptions.channel, encode(Echo())
        )
        await asyncio.sleep(self._timing.echo_every / 4)
        silence = self._timing.clock() - self._echoed_at
        self._report(silent=not sent or silence > self._timing.echo_every)
        if sent and silence > self._timing.echo_silence:
            self.record_echo()
            self._hub.resubscribe()

    def _report(self, silent):
        if self._hub.subscriptions.record_silence(silent):
            logger.warning(
                "Redis is away; the sweep updates open pages." if silent else "Redis is back."
            )
            self._hub.sweep.run_soon()
