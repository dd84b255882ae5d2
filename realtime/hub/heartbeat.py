"""Sends each page the heads of its topics every 25 s: it notices lost events, and we dead pages."""

import asyncio

from realtime.protocol import events

CHUNK = 200  # pages in a row before other tasks get a turn


async def run(hub):
    """Sends each page its heartbeats from when it connected, so they are spread over the period.

    A pulse that comes late closes no page, since its answer may still be in an unread buffer.
    """
    timing = hub.timing
    now = timing.clock()
    while True:
        await asyncio.sleep(timing.heartbeat_pulse)
        before, now = now, timing.clock()
        is_late = now - before > 2 * timing.heartbeat_pulse
        for number, page in enumerate(list(hub.pages), 1):
            if page in hub.pages:
                check(hub, page, now, is_late)
            if number % CHUNK == 0:
                await asyncio.sleep(0)


def check(hub, page, now, is_late):
    heads, since = hub.sweep.heads, now - page.beat_at
    has_answered = page.received_at >= page.beat_at
    if not has_answered and since > hub.timing.heartbeat_patience and not is_late:
        page.disconnect_for_resync()
    elif since >= hub.timing.heartbeat_every:
        personal = hub.sweep.personal_heads
        page.send_heartbeat(
            events.heartbeat(
                {topic: heads[topic] for topic in page.topics if topic in heads},
                {member: personal[member] for member in page.members if member in personal},
            ),
            now,
        )
