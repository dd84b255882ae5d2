"""Who reads a topic, who writes in it, how many are online: from the pages of this process and the
gossip of others.

It is counted anew every two seconds, which costs less than it sounds and can't drift. Pages get
what has changed, as often as a fixed number of frames a second allows, however many pages there
are.
"""

import asyncio
import operator
import time

from realtime.presence.gossip import Peers
from realtime.presence.typing import Typing
from realtime.protocol import events, groups
from realtime.protocol.viewers import Viewers

PULSE = 0.5  # seconds between two looks at who writes
LOOK, ONLINE = 2.0, 10.0  # seconds between two looks at the topics, and at how many are online
FRAMES, AT_ONCE = 300, 3000  # sent to pages: a second on average, and after a quiet time


class Presence:
    def __init__(self, hub):
        self.hub, self.typing, self.gossip = hub, Typing(hub), Peers(hub.name)
        self.online, self.topics = Viewers({}, 0), {}  # of the pages here, as last looked at
        self._sent, self._sent_online, self._sent_writing = {}, None, {}
        # topics whose pages are to be sent who reads them, the first to wait first
        self._waiting = {}
        self._frames: float = AT_ONCE
        self._looked_at = self._counted_at = 0.0

    async def run(self):
        while True:
            await asyncio.sleep(PULSE)
            self._frames = min(AT_ONCE, self._frames + FRAMES * PULSE)
            await self.typing.recheck()
            writing = self.typing.current()
            await self._send_writing(writing)
            self._look()
            await self._send_readers()
            await self._send_online()
            await self.gossip.publish(self.online, self.topics, writing)

    def receive(self, message):
        """A hub_messages.Gossip of any process, also of this one."""
        self.gossip.receive(message)

    def send_current_state(self, page, joined):
        """Sends a page what the others were sent last; what is newer comes within two seconds."""
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

    def _look(self):
        now = time.monotonic()
        if now - self._looked_at < LOOK:
            return
        self._looked_at, peers = now, self.gossip.current
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
        """Nobody gets a number of readers above that of members online: then all get the latter
        first.
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
        if not now and (time.monotonic() - self._counted_at < ONLINE or self._frames <= 0):
            return
        self._counted_at = time.monotonic()
        members, guests, _faces = self.online.merged_with(
            peer.online for peer in self.gossip.current
        ).shown
        if (members, guests) != self._sent_online:
            self._sent_online = (members, guests)
            await self._broadcast(groups.EVERYONE, events.online(members, guests))

    async def _send_writing(self, here):
        """One frame for each group, with the topics where somebody began or stopped."""
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
            members[page.user_id] = (page.user.username, page.user.name)
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
    """The groups of pages that get who writes in the topic."""
    return {groups.of_topic(topic)}.union(*(writing.lists for writing in writings))
