"""Sends each page the heads of what it watches every 25 s, so that it notices lost events, and we
notice dead pages.
"""

import asyncio
import time

from realtime.protocol import events

EVERY = 25  # seconds
PULSE = 1  # seconds between two looks at who is due
CHUNK = 200  # pages in a row before other tasks get a turn
PATIENCE = 10  # seconds that a page may take to answer


async def run(hub):
    """Heartbeats are spread over the period, so that they are not all sent at once.

    A pulse that comes late closes no page: its answer may be in a buffer that has not been read
    yet.
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
        page.send_buffer.push(
            events.heartbeat({topic: heads[topic] for topic in page.topics if topic in heads})
        )
