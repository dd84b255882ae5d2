"""One per process: hears each group once from the channel layer, and tells the pages of this process.

Pages have no channel of their own, so an event costs the layer one delivery per process, however many pages there are.
"""

import asyncio
import logging

from channels.layers import get_channel_layer

from . import groups, heartbeat, sweep

logger = logging.getLogger(__name__)
CHUNK = 200  # pages told before others get a turn
_hub = None


def the_hub():
    """The hub of the running event loop, started when it is first asked for."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
        _hub.start()
    return _hub


def running_hub():
    """The hub of this process, from any thread; None where no page was ever connected."""
    return _hub if _hub and _hub.loop.is_running() else None


class Hub:
    def __init__(self, loop):
        self.loop = loop
        self.members = {}  # group -> {page: None}, in order of joining
        self.pages = {}  # every connected page, in order of coming
        self.heads = {}  # topic id -> (epoch, change) last told, for topics that some page shows
        self.told = {}  # (group, topic id) -> change last told: what the sweep need not tell again
        self._subscribed = set()
        self._settling = asyncio.Lock()
        self._channel = None
        self._tasks = []

    def start(self):
        for work in (self._listen, lambda: sweep.run(self), lambda: heartbeat.run(self)):
            self._tasks.append(self.loop.create_task(self._supervise(work)))

    async def stop(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def call(self, coroutine):
        """Runs a coroutine on the hub's loop; from any thread, without waiting for it."""
        asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    # --- Who listens to what ---

    def enter(self, page):
        self.pages[page] = None

    async def join(self, page, group):
        """From when this returns, `page` hears all that is published to `group`."""
        page.joined.add(group)
        self.members.setdefault(group, {})[page] = None
        await self._settle(group)

    def leave(self, page, group):
        page.joined.discard(group)
        members = self.members.get(group, {})
        members.pop(page, None)
        if not members and group in self.members:
            del self.members[group]
            if group.startswith("topic."):
                self.heads.pop(int(group.partition(".")[2]), None)
            self.loop.create_task(self._settle(group))

    def part(self, page):
        self.pages.pop(page, None)
        for group in list(page.joined):
            self.leave(page, group)

    async def _settle(self, group):
        """Makes the layer's subscription agree with whether anybody here listens."""
        async with self._settling:
            if self._channel is None:
                return  # the listener is (re)starting, and subscribes to all when it does
            wanted = group in self.members
            if wanted and group not in self._subscribed:
                await get_channel_layer().group_add(group, self._channel)
                self._subscribed.add(group)
            elif not wanted and group in self._subscribed:
                self._subscribed.discard(group)
                await get_channel_layer().group_discard(group, self._channel)

    # --- Hearing and telling ---

    async def _listen(self):
        layer = get_channel_layer()
        async with self._settling:
            self._subscribed.clear()
            channel = await layer.new_channel()
            for group in [groups.FENCE, *self.members]:
                await layer.group_add(group, channel)
                self._subscribed.add(group)
            self._channel = channel
        try:
            while True:
                message = await layer.receive(channel)
                if message["type"] == "fence":
                    self.fence(message)
                else:
                    await self.deliver(message["group"], message["topic"], message["epoch"], message["change"],
                                       message["text"])
        finally:
            self._channel = None

    async def deliver(self, group, topic, epoch, change, text):
        """Tells every page of this process that is in `group`."""
        self.told[group, topic] = change
        if topic in self.heads and group == groups.of_topic(topic):
            self.heads[topic] = (epoch, change)
        for told, page in enumerate(list(self.members.get(group, ())), 1):
            page.hear(group, text)
            if told % CHUNK == 0:
                await asyncio.sleep(0)

    def fence(self, message):
        """Takes pages out at once; they ask again, and are told what they may see by then."""
        if "topic" in message:
            for page in list(self.members.get(groups.of_topic(message["topic"]), ())):
                page.ask_again_for_topic(message["topic"])
        else:
            for page in [p for p in self.pages if message.get("all") or p.user_id == message.get("user")]:
                page.send_away()

    async def _supervise(self, work):
        while True:
            try:
                await work()
            except Exception:
                logger.exception("A part of the hub failed; it starts again in a second.")
                await asyncio.sleep(1)
