"""Sends each page the heads of its topics every 25 s: it notices lost events, and we dead pages."""

import asyncio
import time

from realtime.protocol import events

EVERY = 25  # seconds
PULSE = 1  # seconds between two checks for pages that are due
CHUNK = 200  # pages in a row before other tasks get a turn
PATIENCE = 10  # seconds that a page may take to answer


async def run(hub):
    """Sends each page its heartbeats from when it connected, so they are spread over the period.

    A pulse that comes late closes no page, since its answer may still be in an unread buffer.
    """
    now = time.monotonic()
    while True:
        await asyncio.sleep(PULSE)
        before, now = now, time.monotonic()
        is_late = now - before > 2 * PULSE
        for number, page in enumerate(list(hub.pages), 1):
            if page in hub.pages:
                check(hub, page, now, is_late)
            if number % CHUNK == 0:
                await asyncio.sleep(0)


def check(hub, page, now, is_late):
    heads = hub.sweep.heads
    if page.received_at < page.beat_at and now - page.beat_at > PATIENCE and not is_late:
        page.disconnect_for_resync()
    elif now - page.beat_at >= EVERY:
        personal = hub.sweep.personal_heads
        page.send_heartbeat(
            events.heartbeat(
                {topic: heads[topic] for topic in page.topics if topic in heads},
                {member: personal[member] for member in page.members if member in personal},
            ),
            now,
        )
