"""Throttles events for lists and news: at once in a quiet forum, else one frame every 300 ms.

So the cost of a busy forum grows with the number of open pages, not with pages times posts.
"""

import asyncio

from realtime import metrics
from realtime.hub.broadcast import CHUNK

MOST = 100  # events of a group in one frame; pages stop counting at 99


class Throttle:
    """The deliveries of one hub that wait for the next frame."""

    def __init__(self, hub):
        self.hub = hub
        # group -> {topic; or (topic, change number) where each event counts: Delivery}
        self._waiting = {}
        self._has_work = asyncio.Event()

    def add(self, delivery):
        """Queues a delivery. Of several rows of a topic only the latest change is sent."""
        change, group = delivery.change, delivery.audience.group
        waiting = self._waiting.setdefault(group, {})
        key = change.topic if group.startswith("list.") else (change.topic, change.number)
        if key not in waiting or waiting[key].change.number <= change.number:
            waiting[key] = delivery
        if len(waiting) > MOST:
            del waiting[next(iter(waiting))]
        self._has_work.set()

    async def run(self):
        while True:
            await self._has_work.wait()
            await asyncio.sleep(self.hub.timing.gather)
            self._has_work.clear()
            waiting, self._waiting = self._waiting, {}
            await self._deliver(waiting)
            await asyncio.sleep(self.hub.timing.frame_every)

    async def _deliver(self, waiting):
        pages = {page: None for group in waiting for page in self.hub.routes.members.get(group, ())}
        skipped = (
            delivery.audience.skip
            for deliveries in waiting.values()
            for delivery in deliveries.values()
        )
        relevant = set(waiting).union(*skipped)
        metrics.DELIVERIES.inc(len(pages))
        frames = {}  # the relevant groups of a page -> the text for all pages with the same groups

        def push(page):
            joined = frozenset(page.joined & relevant)
            if joined not in frames:
                frames[joined] = frame(texts_for(joined, waiting))
            if page.held:
                deliver_by_group(page, waiting)
            elif frames[joined]:
                page.send_buffer.push(frames[joined])

        async with self.hub.delivering:
            for number, page in enumerate(pages, 1):
                push(page)
                if number % CHUNK == 0:
                    await asyncio.sleep(0)


def deliver_by_group(page, waiting):
    """For a page that holds events of some groups until it has been sent an answer."""
    for group in [group for group in waiting if group in page.joined]:
        for text in texts_for(page.joined, {group: waiting[group]}):
            page.deliver(group, text)


def texts_for(joined, waiting):
    """The texts for a page in the groups `joined`; those of a group in order of arrival."""
    addressed = [
        delivery
        for group, deliveries in waiting.items()
        if group in joined
        for delivery in deliveries.values()
    ]
    return [delivery.text for delivery in addressed if joined.isdisjoint(delivery.audience.skip)]


def frame(texts):
    """One text for several events: a `batch` (docs/realtime.md), or "" for none."""
    if len(texts) < 2:
        return "".join(texts)
    return '{"type":"batch","events":[' + ",".join(texts) + "]}"
