"""Sends announcements to every open page.

Each hub reads the current ones from the database every ten seconds, and at once after a hub
message. So pages also get one that was published without Redis, and drop one that has expired.
"""

import asyncio

from forum.models import Announcement
from realtime import database
from realtime.protocol import events, groups

AT_LEAST = 0.5  # seconds between two queries when asked to run soon


class Announcements:
    """The announcements that the pages of one hub were last sent."""

    def __init__(self, hub):
        self.hub, self._soon = hub, asyncio.Event()
        self._text, self._newcomers = None, []

    async def run(self):
        while True:
            self._soon.clear()
            await self._send_changes()
            await asyncio.sleep(AT_LEAST)
            try:
                async with asyncio.timeout(self.hub.timing.announcements_every):
                    await self._soon.wait()
            except TimeoutError:
                continue

    def run_soon(self):
        self._soon.set()

    def send_current_state(self, page, joined):
        """Queues the page for the next query: what it shows may be newer than the last one."""
        if groups.EVERYONE in joined:
            self._newcomers.append(page)
            self.run_soon()

    async def _send_changes(self):
        newcomers, self._newcomers = self._newcomers, []
        if not self.hub.pages:
            return
        # if this query fails, the next one sends to all pages
        before, self._text = self._text, None
        self._text = await database.ask(current)
        if self._text != before:
            await self.hub.broadcast(groups.EVERYONE, self._text)
        else:
            await self.hub.broadcast_to(newcomers, groups.EVERYONE, self._text)


def current():
    return events.announcements(Announcement.objects.current())
