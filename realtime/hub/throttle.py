"""Lists and news hear at once when it is quiet, and four times a second when it is busy: in one frame for all of it.

So what a busy forum costs grows with the pages that are open, not with the pages times the posts.
"""

import asyncio
from typing import NamedTuple

from realtime import metrics
from realtime.hub.broadcast import CHUNK

EVERY = 0.25  # seconds between two frames
GATHER = 0.01  # seconds that one change takes to be told to all its groups
NEWS = 100  # in one frame; who counts stops at 99


class Told(NamedTuple):
    text: str
    change: int
    skip: tuple


class Throttle:
    def __init__(self, hub):
        self.hub = hub
        self._waiting = {}  # group -> {topic, or (topic, change) where each counts: Told}
        self._some = asyncio.Event()

    def add(self, group, topic, change, text, skip=()):
        """Of a topic's rows the last one is enough."""
        waiting = self._waiting.setdefault(group, {})
        place = topic if group.startswith("list.") else (topic, change)
        if place not in waiting or waiting[place].change <= change:
            waiting[place] = Told(text, change, tuple(skip))
        if len(waiting) > NEWS:
            del waiting[next(iter(waiting))]
        self._some.set()

    async def run(self):
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHER)
            self._some.clear()
            waiting, self._waiting = self._waiting, {}
            await self._tell(waiting)
            await asyncio.sleep(EVERY)

    async def _tell(self, waiting):
        pages = {page: None for group in waiting for page in self.hub.members.get(group, ())}
        deciding = set(waiting).union(*(told.skip for group in waiting.values() for told in group.values()))
        metrics.DELIVERIES.inc(len(pages))
        texts = {}  # groups that decide what a page hears -> the frame for all such pages

        def say(page):
            its = frozenset(page.joined & deciding)
            if its not in texts:
                texts[its] = frame(texts_for(its, waiting))
            if page.held:
                hear_by_group(page, waiting)
            elif texts[its]:
                page.send_buffer.push(texts[its])

        async with self.hub.delivering:
            for number, page in enumerate(pages, 1):
                say(page)
                if number % CHUNK == 0:
                    await asyncio.sleep(0)


def hear_by_group(page, waiting):
    """For a page that is being answered: each group for itself is held or not."""
    for group in [group for group in waiting if group in page.joined]:
        for text in texts_for(page.joined, {group: waiting[group]}):
            page.deliver(group, text)


def texts_for(joined, waiting):
    """What a page hears that is in the groups `joined`, in order of coming within a group."""
    heard = [told for group, deliveries in waiting.items() if group in joined for told in deliveries.values()]
    return [told.text for told in heard if joined.isdisjoint(told.skip)]


def frame(texts):
    """One text for several: a `batch`, see docs/realtime.md."""
    if len(texts) < 2:
        return "".join(texts)
    return '{"type":"batch","events":[' + ",".join(texts) + "]}"
