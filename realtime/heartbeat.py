"""Every 25 s each page hears the heads of what it watches: so it notices when it went deaf, and we when it did."""

import asyncio
import time

from . import events

EVERY = 25  # seconds
PATIENCE = 10  # seconds more that a page may take to answer


async def run(hub):
    """Spread over the period, so that pages are not all spoken to at once."""
    while True:
        await asyncio.sleep(1)
        now = time.monotonic()
        for page in list(hub.pages):
            if now - page.beat_at >= EVERY:
                beat(hub, page, now)


def beat(hub, page, now):
    if now - page.heard_at > EVERY + PATIENCE:
        page.send_away()
        return
    page.beat_at = now
    heads = {topic: hub.heads[topic] for topic in page.topics if topic in hub.heads}
    page.outlet.push(events.encode({"type": "heartbeat", "topics": heads}))
