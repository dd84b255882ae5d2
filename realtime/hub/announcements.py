"""Sends announcements to every open page. A hub message is only a hint: each hub asks the database
what is current.

So pages also get one that was made without Redis, and lose one that has ended; it costs a small
query in ten seconds.
"""

import asyncio

from forum.models import Announcement
from realtime import database
from realtime.protocol import events, groups

EVERY, BREATH = 10.0, 0.5  # seconds between two queries: without a hint, and at least


class Announcements:
    def __init__(self, hub):
        self.hub, self.soon = hub, asyncio.Event()
        self._text, self._newcomers = None, []

    async def run(self):
        while True:
            self.soon.clear()
            await self._look()
            await asyncio.sleep(BREATH)
            try:
                async with asyncio.timeout(EVERY):
                    await self.soon.wait()
            except TimeoutError:
                continue

    def send_current_state(self, page, joined):
        """Sends them to the page, too, after another query: what it shows may be newer than the
        last one.
        """
        if groups.EVERYONE in joined:
            self._newcomers.append(page)
            self.soon.set()

    async def _look(self):
        newcomers, self._newcomers = self._newcomers, []
        if not self.hub.pages:
            return
        # should this query fail, the next one sends to all pages
        before, self._text = self._text, None
        self._text = await database.ask(current)
        if self._text != before:
            await self.hub.broadcast(groups.EVERYONE, self._text)
        else:
            await self.hub.broadcast_to(newcomers, groups.EVERYONE, self._text)


def current():
    return events.announcements(Announcement.objects.current())
