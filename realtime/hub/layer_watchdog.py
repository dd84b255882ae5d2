"""Every two seconds the hub calls into Redis and listens for its own voice: so it knows when Redis is away.

Requests then need not find out for themselves, and the sweep comes oftener.
"""

import asyncio
import logging
import time

from django.conf import settings

from realtime import redis_layer

logger = logging.getLogger(__name__)
EVERY = 2.0  # seconds
DEAF = 10.0  # seconds that Redis takes what is sent and nothing comes back: then the hub listens anew


async def run(hub):
    hub.echoed_at = time.monotonic()
    while True:
        if settings.REDIS_URL and hub.subscriptions.channel:
            await call(hub)
        await asyncio.sleep(EVERY)


async def call(hub):
    sent = await asyncio.to_thread(redis_layer.probe, hub.subscriptions.channel, {"type": "echo"})
    await asyncio.sleep(EVERY / 4)
    silence = time.monotonic() - hub.echoed_at
    hear(hub, silent=not sent or silence > EVERY)
    if sent and silence > DEAF:
        hub.echoed_at = time.monotonic()
        hub.listen_anew()


def hear(hub, silent):
    if silent != hub.subscriptions.silent:
        logger.warning("Redis is away; open pages learn by the sweep." if silent else "Redis is back.")
        hub.subscriptions.silent = silent
        hub.sweep_soon.set()
