"""Presence: who reads a topic, who writes in it and how many are online.

Counted from scratch every two seconds, from the pages of this process and the gossip of the others,
so counts can't drift. Pages are sent what has changed, within a fixed budget of frames a second
that doesn't grow with the number of pages.
"""

import asyncio
import operator

from realtime.presence.gossip import Peers
from realtime.presence.typing import Typing
from realtime.protocol import events, groups
from realtime.protocol.viewers import Viewers

FRAMES, AT_ONCE = 300, 3000  # frames to pages: a second on average, and in a burst


class Presence:
    """The presence that the pages of one hub were last sent, and what it is derived from."""

    def __init__(self, hub):
        self.hub, self._timing = hub, hub.timing
        self.typing, self.gossip = Typing(hub), Peers(hub.name, hub.timing)
        self.online, self.topics = Viewers({}, 0), {}  # of the pages here, when last counted
        self._sent, self._sent_online, self._sent_writing = {}, None, {}
        # topics whose pages have yet to be sent their readers, longest waiting first
        self._waiting = {}
        self._frames: float = AT_ONCE
        self._counted_at = self._sent_online_at = float("-inf")

    async def run(self):
        while True:
            await asyncio.sleep(self._timing.presence_pulse)
            self._frames = min(AT_ONCE, self._frames + FRAMES * self._timing.presence_pulse)
            await self.typing.recheck()
            writing = self.typing.current()
            await self._send_writing(writing)
            self._count()
            await self._send_readers()
            await self._send_online()
            await self.gossip.publish(self.online, self.topics, writing)

    def receive(self, message):
        """Takes a hub_messages.Gossip of any process, including this one."""
        self.gossip.receive(message)

    def forget_writer(self, topic, member):
        """Removes the mark of a member whose post pages are about to get, as they do themselves."""
        self.typing.forget_writer(topic, member)
        self.gossip.forget_writer(topic, member)

    def send_current_state(self, page, joined):
        """Sends a page what other pages were sent last; newer counts follow within two seconds."""
        for group in joined:
            if groups.is_of_topic(group) and (shown := self._sent.get(groups.topic_of(group))):
                page.deliver(group, events.presence(groups.topic_of(group), *shown))
            if group == groups.EVERYONE and self._sent_online:
                page.deliver(group, events.online(*self._sent_online))
            here = {
                topic: one.names
                for topic, one in self._sent_writing.items()
                if group in groups_of(topic, one)
            }
            if here:
                page.deliver(group, events.writing(here))

    # --- Counting ---

    def _count(self):
        now = self._timing.clock()
        if now - self._counted_at < self._timing.readers_every:
            return
        self._counted_at, peers = now, self.gossip.current
        self.online = viewers_of(self.hub.pages)
        self.topics = {
            groups.topic_of(group): viewers_of(pages)
            for group, pages in self.hub.routes.members.items()
            if groups.is_of_topic(group)
        }
        self._sent = {topic: shown for topic, shown in self._sent.items() if topic in self.topics}
        for topic, viewers in self.topics.items():
            if viewers.merged_with(others(peers, topic)).shown != self._sent.get(topic):
                self._waiting.setdefault(topic)

    # --- Sending ---

    async def _send_readers(self):
        """Sends the readers of the waiting topics, as far as the budget allows.

        If a topic has more readers than pages know to be online, the online count is sent first.
        """
        peers = self.gossip.current
        while self._waiting and self._frames > 0:
            topic = next(iter(self._waiting))
            del self._waiting[topic]
            if topic in self.topics:
                shown = self._sent[topic] = (
                    self.topics[topic].merged_with(others(peers, topic)).shown
                )
                if any(map(operator.gt, shown[:2], self._sent_online or (0, 0))):
                    await self._send_online(now=True)
                await self._broadcast(groups.of_topic(topic), events.presence(topic, *shown))

    async def _send_online(self, now=False):
        at = self._timing.clock()
        is_due = at - self._sent_online_at >= self._timing.online_every and self._frames > 0
        if not now and not is_due:
            return
        self._sent_online_at = at
        members, guests, _faces = self.online.merged_with(
            peer.online for peer in self.gossip.current
        ).shown
        if (members, guests) != self._sent_online:
            self._sent_online = (members, guests)
            await self._broadcast(groups.EVERYONE, events.online(members, guests))

    async def _send_writing(self, here):
        """Sends each group one frame with the topics in which somebody has begun or stopped."""
        if self._frames <= 0:
            return
        before, now = self._sent_writing, merged([here, *self.gossip.writing])
        self._sent_writing = now
        frames = {}
        for topic in [topic for topic in before | now if before.get(topic) != now.get(topic)]:
            for group in groups_of(
                topic, *(writing[topic] for writing in (before, now) if topic in writing)
            ):
                names = now[topic].names if topic in now else {}
                frames.setdefault(group, {})[topic] = names
        for group, topics in frames.items():
            await self._broadcast(group, events.writing(topics))

    async def _broadcast(self, group, text):
        self._frames -= len(self.hub.routes.members.get(group, ()))
        await self.hub.broadcast(group, text)


def viewers_of(pages):
    members, guests = {}, 0
    for page in pages:
        if not page.user_id:
            guests += 1
        elif not page.user.hides_presence:
            members[page.user_id] = (
                page.user.username,
                page.user.name,
                page.user.avatar,
            )
    return Viewers(members, guests)


def others(peers, topic):
    return [peer.topics[topic] for peer in peers if topic in peer.topics]


def merged(of_processes):
    found = {}
    for of_process in of_processes:
        for topic, writing in of_process.items():
            found[topic] = found[topic].merged_with(writing) if topic in found else writing
    return found


def groups_of(topic, *writings):
    """The groups of the pages that show who writes in the topic."""
    return {groups.of_topic(topic)}.union(*(writing.lists for writing in writings))
