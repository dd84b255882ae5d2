"""The hub: one object per process that gets each event once from the channel layer and sends it to
the pages here.

Pages have no channel of their own: an event costs the layer one delivery per process, however many
pages there are.
"""

import asyncio
import itertools
import logging
import secrets

from channels.layers import get_channel_layer

from realtime import metrics
from realtime.access.authentication import readers_with
from realtime.access.fences import Fences
from realtime.catchup.batching import Batching
from realtime.catchup.change_cache import ChangeCache
from realtime.catchup.shared_queries import SharedQueries
from realtime.hub import broadcast, heartbeat
from realtime.hub.announcements import Announcements
from realtime.hub.layer_watchdog import LayerWatchdog
from realtime.hub.subscriptions import Subscriptions
from realtime.hub.throttle import Throttle
from realtime.presence.presence import Presence
from realtime.protocol import groups, hub_messages, limits
from realtime.protocol.delivery import Delivery
from realtime.protocol.hub_messages import AnnouncementsChanged, BadHubMessage, Echo, Fence, Gossip
from realtime.reconciliation.sweep import Sweep

logger = logging.getLogger(__name__)
RESTART = 1.0  # seconds
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
        self.loop, self.name = loop, secrets.token_hex(8)
        self.pages = {}  # every connected page, in order of coming
        # group -> {page: its fast path, or None: see broadcast.py}, in order of joining
        self.members = {}
        self.routing_version = 0  # how often that changed
        # group -> another number after each event for it, as long as it has members
        self.group_versions = {}
        self.networks = limits.ConnectionLimit(limits.OF_NETWORK)
        self.openings = limits.Rates(limits.HANDSHAKES)
        self.places = limits.ConnectionLimit(limits.OF_MEMBER)
        self.subscriptions = Subscriptions((groups.FENCE, groups.HUBS), self.members)
        self.readers, self.shared_queries, self.change_cache = (
            Batching(readers_with),
            SharedQueries(self),
            ChangeCache(self),
        )
        self.throttle, self.presence, self.announcements = (
            Throttle(self),
            Presence(self),
            Announcements(self),
        )
        self.fences, self.sweep, self.watchdog = Fences(), Sweep(self), LayerWatchdog(self)
        self.delivering = asyncio.Lock()
        self._group_version = itertools.count()
        self._tasks, self._works, self._refused = [], {}, None

    def start(self):
        works = {
            "listen": self._listen,
            "throttle": self.throttle.run,
            "subscriptions": self.subscriptions.run,
            "sweep": self.sweep.run,
            "heartbeat": lambda: heartbeat.run(self),
            "watchdog": self.watchdog.run,
            "metrics": lambda: metrics.run(self),
            "presence": self.presence.run,
            "announcements": self.announcements.run,
        }
        self._tasks = [
            self.loop.create_task(self._supervise(name, work)) for name, work in works.items()
        ]

    async def stop(self):
        tasks = {*self._tasks, *self._works.values()}
        while tasks:
            for task in tasks:
                task.cancel()
            # the layer may swallow a cancellation
            _done, tasks = await asyncio.wait(tasks, timeout=RESTART / 10)

    def call(self, function, *arguments):
        """Calls a plain function on the hub's loop; from any thread, without waiting for it."""
        self.loop.call_soon_threadsafe(function, *arguments)

    def run(self, coroutine):
        """Runs a coroutine on the hub's loop; from any thread, without waiting for it."""
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).add_done_callback(complain)

    async def prepare(self):
        """Asks the database for what has to be known before the first page is let in."""
        await self.sweep.prepare()
        await self.fences.prepare()

    # --- Which page is in which group ---

    def add(self, page):
        """Whether the member whose page it is may have one more."""
        if not self.places.take(page.user_id):
            return False
        self.pages[page] = None
        return True

    async def join(self, page, group):
        """From when this returns, `page` gets what is sent to `group`: through the layer, or by the
        sweep.
        """
        if page not in self.pages:
            return  # it was closed meanwhile
        page.joined.add(group)
        if group not in self.members:
            self.members[group], self.group_versions[group] = {}, next(self._group_version)
        self.members[group][page] = page.fast_path
        self.routing_version += 1
        await self.subscriptions.opened(group)

    def leave(self, page, group):
        page.joined.discard(group)
        members = self.members.get(group, {})
        members.pop(page, None)
        self.routing_version += 1
        if not members and group in self.members:
            del self.members[group], self.group_versions[group]
            if groups.is_of_topic(group):
                self.sweep.end(groups.topic_of(group))
                self.change_cache.forget(groups.topic_of(group))
            self.subscriptions.touch(group)

    def begin(self, topic, head):
        """What the first page on a topic was sent, from which the sweep goes on; not if it has left
        meanwhile.
        """
        if groups.of_topic(topic) in self.members:
            self.sweep.begin(topic, head)

    def refresh_route(self, page):
        """To be called when `page.fast_path` has changed."""
        self.routing_version += 1
        for group in page.joined:
            self.members[group][page] = page.fast_path

    def remove(self, page):
        if page in self.pages:
            del self.pages[page]
            self.places.release(page.user_id)
        for group in list(page.joined):
            self.leave(page, group)
        if not self.pages:
            self.sweep.reset()

    # --- From the layer to the pages ---

    async def _listen(self):
        await self.subscriptions.open()
        self.sweep.soon.set()  # what was sent while nobody listened
        while True:
            await self.dispatch(await get_channel_layer().receive(self.subscriptions.channel))

    def listen_anew(self):
        if "listen" in self._works:
            self._works["listen"].cancel()

    async def dispatch(self, wire):
        """Handles one message as the layer brings it. What is not understood is logged and left to
        the sweep.
        """
        try:
            message = hub_messages.decode(wire)
        except BadHubMessage as error:
            if str(error) != self._refused:  # a process of another release sends many of them
                logger.warning("A message of another process was not understood: %s", error)
            self._refused = str(error)
        else:
            await self.handle(message)

    async def handle(self, message):
        """Handles one hub message: see protocol/hub_messages.py."""
        if isinstance(message, Delivery):
            if self.fences.has_missed(message.revocation) and self.pages:
                await self.sweep.check_rights()
            await self.deliver(message)
        elif isinstance(message, Fence):
            if message.sender != self.name:  # our own were raised at once
                self.fence(message)
        elif isinstance(message, Gossip):
            self.presence.receive(message)
        elif isinstance(message, AnnouncementsChanged):
            self.announcements.soon.set()
        elif isinstance(message, Echo):
            self.watchdog.record_echo()

    async def deliver(self, delivery):
        """Sends an event to every page of this process that belongs to its audience.

        If its topic is in another category than pages were told, it was moved and the fence has not
        come: it falls now.
        """
        change, audience = delivery.change, delivery.audience
        head = self.sweep.heads.get(change.topic)
        if head and audience.category not in (None, head.category):
            self.fence(Fence(topic=change.topic))
        group = audience.group
        self.sweep.was_sent(group, change)
        if group in self.group_versions:
            self.group_versions[group] = next(self._group_version)
            if groups.is_of_topic(group):
                self.presence.typing.topic_changed(change.topic)
                self.change_cache.add_event(change, delivery.text)
                metrics.DELIVERIES.inc(len(self.members[group]))
                async with self.delivering:  # so that all pages get events in the same order
                    await broadcast.send_to_group(self, group, delivery.text)
            else:
                self.throttle.add(delivery)

    async def broadcast(self, group, text):
        """Sends what has no change number to every page of this process that is in `group`."""
        await self.broadcast_to(self.members.get(group, ()), group, text)

    async def broadcast_to(self, pages, group, text):
        async with self.delivering:
            for number, page in enumerate(list(pages), 1):
                if page in self.members.get(group, ()):
                    page.deliver(group, text)
                if number % broadcast.CHUNK == 0:
                    await asyncio.sleep(0)

    def send_current_state(self, page, joined):
        """Sends a page that has just begun to watch these groups what it needs beside the answer to
        its question.
        """
        joined = [group for group in joined if group in page.joined]
        self.presence.send_current_state(page, joined)
        self.announcements.send_current_state(page, joined)

    def fence(self, fence):
        """Takes the pages that the fence is for out of their groups at once; they ask again what
        they may see.
        """
        self.fences.raised(fence.number)
        metrics.FENCES.inc()
        if fence.topic is not None:
            for page in list(self.members.get(groups.of_topic(fence.topic), ())):
                page.ask_again_for_topic(fence.topic)
            return
        if fence.everybody:
            self.fences.forget_categories()
        for page in [page for page in self.pages if fence.everybody or page.user_id == fence.user]:
            page.disconnect_for_resync()

    async def _supervise(self, name, work):
        last = None
        while True:
            self._works[name] = self.loop.create_task(work())
            await asyncio.wait({self._works[name]})
            if self._works[name].cancelled():
                continue  # see listen_anew
            error = self._works[name].exception()
            if str(error) != last:  # while Redis is away it fails every second in the same way
                logger.error(
                    "A part of the hub (%s) failed; it is started again.", name, exc_info=error
                )
            last = str(error)
            await asyncio.sleep(RESTART)


def complain(future):
    if not future.cancelled() and (error := future.exception()):
        logger.error("Something for the hub failed.", exc_info=error)
