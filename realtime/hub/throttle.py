"""Limits how often lists and news get events: at once while it is quiet, four times a second in one
frame otherwise.

So what a busy forum costs grows with the number of open pages, not with pages times posts.
"""

import asyncio

from realtime import metrics
from realtime.hub.broadcast import CHUNK

EVERY = 0.25  # seconds between two frames
GATHER = 0.01  # seconds that one change takes to reach all its groups
NEWS = 100  # in one frame; who counts stops at 99


class Throttle:
    def __init__(self, hub):
        self.hub = hub
        # group -> {topic, or (topic, change number) where each counts: Delivery}
        self._waiting = {}
        self._some = asyncio.Event()

    def add(self, delivery):
        """Sends it soon. Of several rows of a topic only the one with the highest change number is
        sent.
        """
        change, group = delivery.change, delivery.audience.group
        waiting = self._waiting.setdefault(group, {})
        key = change.topic if group.startswith("list.") else (change.topic, change.number)
        if key not in waiting or waiting[key].change.number <= change.number:
            waiting[key] = delivery
        if len(waiting) > NEWS:
            del waiting[next(iter(waiting))]
        self._some.set()

    async def run(self):
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHER)
            self._some.clear()
            waiting, self._waiting = self._waiting, {}
            await self._deliver(waiting)
            await asyncio.sleep(EVERY)

    async def _deliver(self, waiting):
        pages = {page: None for group in waiting for page in self.hub.members.get(group, ())}
        skipped = (
            delivery.audience.skip
            for deliveries in waiting.values()
            for delivery in deliveries.values()
        )
        deciding = set(waiting).union(*skipped)
        metrics.DELIVERIES.inc(len(pages))
        texts = {}  # groups that decide what a page gets -> the frame for all such pages

        def push(page):
            its = frozenset(page.joined & deciding)
            if its not in texts:
                texts[its] = frame(texts_for(its, waiting))
            if page.held:
                deliver_by_group(page, waiting)
            elif texts[its]:
                page.send_buffer.push(texts[its])

        async with self.hub.delivering:
            for number, page in enumerate(pages, 1):
                push(page)
                if number % CHUNK == 0:
                    await asyncio.sleep(0)


def deliver_by_group(page, waiting):
    """For a page whose question is being answered: it decides for each group whether to hold the
    events.
    """
    for group in [group for group in waiting if group in page.joined]:
        for text in texts_for(page.joined, {group: waiting[group]}):
            page.deliver(group, text)


def texts_for(joined, waiting):
    """The texts for a page that is in the groups `joined`, in order of coming within a group."""
    its = [
        delivery
        for group, deliveries in waiting.items()
        if group in joined
        for delivery in deliveries.values()
    ]
    return [delivery.text for delivery in its if joined.isdisjoint(delivery.audience.skip)]


def frame(texts):
    """One text for several: a `batch`, see docs/realtime.md."""
    if len(texts) < 2:
        return "".join(texts)
    return '{"type":"batch","events":[' + ",".join(texts) + "]}"
