"""The hub: one object per process that receives each event once and sends it to its open pages.

Pages have no channel of their own: the channel layer delivers an event once per process, however
many pages there are.
"""

import asyncio
import logging
import secrets

from channels.layers import get_channel_layer

from realtime import metrics
from realtime.access.authentication import readers_with
from realtime.access.fences import Fences
from realtime.catchup.batching import BatchLoader
from realtime.catchup.change_cache import ChangeCache
from realtime.catchup.shared_queries import SharedQueries
from realtime.hub import broadcast, heartbeat
from realtime.hub.announcements import Announcements
from realtime.hub.joining import Joining
from realtime.hub.layer_watchdog import LayerWatchdog
from realtime.hub.routes import Routes
from realtime.hub.subscriptions import Subscriptions
from realtime.hub.supervisor import Supervisor
from realtime.hub.throttle import Throttle, frame
from realtime.presence.presence import Presence
from realtime.protocol import groups, hub_messages, limits
from realtime.protocol.delivery import Delivery, PersonalDelivery
from realtime.protocol.hub_messages import AnnouncementsChanged, BadHubMessage, Echo, Fence, Gossip
from realtime.reconciliation.sweep import Sweep
from realtime.timing import Timing

logger = logging.getLogger(__name__)
_hub = None


def the_hub():
    """The hub of the running event loop, which is created and started on first use."""
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        return start(Hub(loop))
    return _hub


def start(hub):
    """Makes it the hub of this process."""
    global _hub
    _hub = hub
    _hub.start()
    return _hub


def running_hub():
    """The hub of this process, from any thread; None if no page was ever connected."""
    return _hub if _hub and _hub.loop.is_running() else None


class Hub:
    """The pages of this process, and the parts that bring them up to date."""

    def __init__(self, loop, timing=None):
        self.loop, self.name = loop, secrets.token_hex(8)
        self.timing = timing or Timing()
        self.pages = {}  # every connected page, in order of arrival
        self.routes, self.admission = Routes(), limits.Admission()
        self.subscriptions = Subscriptions(
            (groups.FENCE, groups.HUBS, groups.PERSONAL), self.routes.members, self.timing
        )
        self.readers, self.shared_queries, self.change_cache = (
            BatchLoader(readers_with),
            SharedQueries(self),
            ChangeCache(self),
        )
        self.throttle, self.presence, self.announcements = (
            Throttle(self),
            Presence(self),
            Announcements(self),
        )
        self.joining = Joining(self)
        self.fences, self.sweep, self.watchdog = Fences(), Sweep(self), LayerWatchdog(self)
        self.delivering = asyncio.Lock()
        self._supervisor, self._last_refusal = Supervisor(loop, self.timing), None

    def start(self):
        self._supervisor.start(
            {
                "receive": self._receive,
                "throttle": self.throttle.run,
                "joining": self.joining.run,
                "subscriptions": self.subscriptions.run,
                "sweep": self.sweep.run,
                "heartbeat": lambda: heartbeat.run(self),
                "watchdog": self.watchdog.run,
                "metrics": lambda: metrics.run(self),
                "presence": self.presence.run,
                "announcements": self.announcements.run,
            }
        )

    async def stop(self):
        await self._supervisor.stop()

    def call(self, function, *arguments):
        """Calls a plain function on the hub's loop; from any thread, without waiting for it."""
        self.loop.call_soon_threadsafe(function, *arguments)

    def run(self, coroutine):
        """Runs a coroutine on the hub's loop; from any thread, without waiting for it."""
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).add_done_callback(log_failure)

    async def prepare(self):
        """Loads what the sweep and the fences compare with, before the first page is admitted."""
        await self.sweep.prepare()
        await self.fences.prepare()

    # --- Pages and their groups ---

    def add(self, page):
        """Admits a page unless its member has too many; returns whether it did."""
        if not self.admission.members.take(page.user_id):
            return False
        self.pages[page] = None
        return True

    async def join(self, page, group):
        """Once this returns, `page` gets what is sent to `group`: by the layer or by the sweep."""
        if page not in self.pages:
            return  # it was closed meanwhile
        self.routes.join(page, group)
        if not groups.is_of_member(group):  # every process gets the events of all members
            await self.subscriptions.wait_for(group)

    def leave(self, page, group):
        if self.routes.leave(page, group):
            if groups.is_of_member(group):
                self.sweep.untrack_member(groups.member_of(group))
                return
            if groups.is_of_topic(group):
                self.sweep.untrack(groups.topic_of(group))
                self.change_cache.forget(groups.topic_of(group))
            self.subscriptions.update(group)

    def track(self, topic, head):
        """Lets the sweep compare a topic with `head`, unless all its pages have left meanwhile."""
        if groups.of_topic(topic) in self.routes.members:
            self.sweep.track(topic, head)

    def track_member(self, member, head):
        """Like `track`, for a member's stream."""
        if groups.of_member(member) in self.routes.members:
            self.sweep.track_member(member, head)

    def remove(self, page):
        if page in self.pages:
            del self.pages[page]
            self.admission.members.release(page.user_id)
        for group in list(page.joined):
            self.leave(page, group)
        if not self.pages:
            self.sweep.reset()

    # --- From the layer to the pages ---

    async def _receive(self):
        await self.subscriptions.open_channel()
        self.sweep.run_soon()  # for what was sent before
        while True:
            await self.dispatch(await get_channel_layer().receive(self.subscriptions.channel))

    def resubscribe(self):
        self._supervisor.restart("receive")

    async def dispatch(self, wire):
        """Handles a message from the layer; logs and drops one that can't be decoded."""
        try:
            message = hub_messages.decode(wire)
        except BadHubMessage as error:
            if str(error) != self._last_refusal:  # a process of another release sends many of them
                logger.warning("A message of another process was not understood: %s", error)
            self._last_refusal = str(error)
        else:
            await self.handle(message)

    async def handle(self, message):
        """Handles a decoded message of any process: see protocol/hub_messages.py."""
        if isinstance(message, Delivery):
            if self.fences.has_missed(message.revocation) and self.pages:
                await self.sweep.check_rights()
            await self.deliver(message)
        elif isinstance(message, PersonalDelivery):
            if groups.of_member(message.member) in self.routes.members:
                if self.fences.has_missed(message.revocation):
                    await self.sweep.check_rights()
                await self.deliver_personal(message)
        elif isinstance(message, Fence):
            if message.sender != self.name:  # the publisher raised our own already
                self.raise_fence(message)
        elif isinstance(message, Gossip):
            self.presence.receive(message)
        elif isinstance(message, AnnouncementsChanged):
            self.announcements.run_soon()
        elif isinstance(message, Echo):
            self.watchdog.record_echo()

    async def deliver(self, delivery):
        """Sends an event to the pages of this process that belong to its audience.

        If the topic is in another category than its pages know, it was moved, and the fence for
        that was lost or is late: then it is raised here.
        """
        change, audience = delivery.change, delivery.audience
        head = self.sweep.heads.get(change.topic)
        if head and audience.category not in (None, head.category):
            self.raise_fence(Fence(topic=change.topic))
        group = audience.group
        if groups.is_of_topic(group):
            await self.joining.send(delivery)
            return
        self.sweep.record_sent(group, change)
        if self.routes.record_event(group):
            self.throttle.add(delivery)

    async def send_to_topic(self, deliveries):
        """Sends events of one topic to all its pages of this process, in one frame."""
        group = deliveries[0].audience.group
        for delivery in deliveries:
            self.sweep.record_sent(group, delivery.change)
        if not self.routes.record_event(group):
            return
        for delivery in deliveries:
            self.presence.typing.topic_changed(delivery.change.topic)
            if delivery.author:
                self.presence.forget_writer(delivery.change.topic, delivery.author)
            self.change_cache.add_event(delivery.change, delivery.text)
        metrics.DELIVERIES.inc(len(self.routes.members[group]))
        async with self.delivering:  # so that all pages get events in the same order
            text = frame([delivery.text for delivery in deliveries])
            await broadcast.send_to_group(self.routes, group, text)

    async def deliver_personal(self, delivery):
        """Sends an event of a member's stream to their pages in this process."""
        self.sweep.record_sent_personal(delivery)
        async with self.delivering:
            group = groups.of_member(delivery.member)
            await broadcast.send_to_group(self.routes, group, delivery.text)

    async def broadcast(self, group, text):
        """Sends an event without a change number to all pages of this process in `group`."""
        await self.broadcast_to(self.routes.members.get(group, ()), group, text)

    async def broadcast_to(self, pages, group, text):
        """The same for some pages, as far as they are in `group` when their turn comes."""
        async with self.delivering:
            for number, page in enumerate(list(pages), 1):
                if page in self.routes.members.get(group, ()):
                    page.deliver(group, text)
                if number % broadcast.CHUNK == 0:
                    await asyncio.sleep(0)

    def send_current_state(self, page, joined):
        """Sends a page that has just joined these groups presence and announcements for them."""
        joined = [group for group in joined if group in page.joined]
        self.presence.send_current_state(page, joined)
        self.announcements.send_current_state(page, joined)

    def raise_fence(self, fence):
        """Takes the affected pages out of their groups at once; they ask what they may see now."""
        self.fences.record_raised(fence.number)
        metrics.FENCES.inc()
        if fence.topic is not None:
            for page in list(self.routes.members.get(groups.of_topic(fence.topic), ())):
                page.require_rewatch(fence.topic)
            return
        if fence.everybody:
            self.fences.forget_categories()
        for page in [page for page in self.pages if fence.everybody or page.user_id == fence.user]:
            page.disconnect_for_resync()


def log_failure(future):
    if not future.cancelled() and (error := future.exception()):
        logger.error("A coroutine on the hub's loop failed.", exc_info=error)
