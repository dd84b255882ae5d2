"""Every 25 s each page hears the heads of what it watches: so it notices when it went deaf, and so do we."""

import asyncio
import time

from realtime.protocol import events

EVERY = 25  # seconds
PULSE = 1  # seconds between two looks at who is due
CHUNK = 200  # pages looked at before others get a turn
PATIENCE = 10  # seconds that a page may take to answer


async def run(hub):
    """Spread over the period, so that pages are not all spoken to at once.

    A pulse that comes late sends nobody away: what they answered may not have been read yet.
    """
    now = time.monotonic()
    while True:
        await asyncio.sleep(PULSE)
        before, now = now, time.monotonic()
        is_late = now - before > 2 * PULSE
        for number, page in enumerate(list(hub.pages), 1):
            if page in hub.pages:
                look_at(hub, page, now, is_late)
            if number % CHUNK == 0:
                await asyncio.sleep(0)


def look_at(hub, page, now, is_late):
    heads = hub.sweep.heads
    if page.heard_at < page.beat_at and now - page.beat_at > PATIENCE and not is_late:
        page.disconnect_for_resync()
    elif now - page.beat_at >= EVERY:
        page.beat_at = now
        page.send_buffer.push(events.heartbeat({topic: heads[topic] for topic in page.topics if topic in heads}))
