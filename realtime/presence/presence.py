"""Who reads a topic, who writes in it, how many are online: from the pages of this process and the gossip of others.

Nobody keeps it up to date: every two seconds it is looked at anew, which costs less than it sounds and can't go wrong.
Pages hear of it when it changed, as often as a fixed number of frames a second allows, however many pages there are.
"""

import asyncio
import operator
import time

from realtime.presence.audience import Audience
from realtime.presence.gossip import Gossip
from realtime.presence.typing import Typing
from realtime.protocol import events, groups

PULSE = 0.5  # seconds between two looks at who writes
LOOK, ONLINE = 2.0, 10.0  # seconds between two looks at the topics, and at how many are online
FRAMES, AT_ONCE = 300, 3000  # told to pages: a second on average, and after a quiet time


class Presence:
    def __init__(self, hub):
        self.hub, self.typing, self.gossip = hub, Typing(hub), Gossip(hub.name)
        self.online, self.topics = Audience({}, 0), {}  # of the pages here, as last looked at
        self._told, self._told_online, self._told_writing = {}, None, {}
        self._waiting = {}  # topics whose pages are to be told, the first to wait first
        self._frames: float = AT_ONCE
        self._looked_at = self._counted_at = 0.0

    async def run(self):
        while True:
            await asyncio.sleep(PULSE)
            self._frames = min(AT_ONCE, self._frames + FRAMES * PULSE)
            await self.typing.recheck()
            writing = self.typing.current()
            await self._tell_writing(writing)
            self._look()
            await self._tell_readers()
            await self._tell_online()
            await self.gossip.say(self.online, self.topics, writing)

    def hear(self, message):
        self.gossip.hear(message)

    def send_current_state(self, page, joined):
        """Says how things stand, as far as others were told; what is newer comes within two seconds."""
        for group in joined:
            if groups.is_of_topic(group) and (told := self._told.get(groups.topic_of(group))):
                page.deliver(group, events.presence(groups.topic_of(group), *told))
            if group == groups.EVERYONE and self._told_online:
                page.deliver(group, events.online(*self._told_online))
            here = {topic: one.names for topic, one in self._told_writing.items() if group in groups_of(topic, one)}
            if here:
                page.deliver(group, events.writing(here))

    # --- Looking ---

    def _look(self):
        now = time.monotonic()
        if now - self._looked_at < LOOK:
            return
        self._looked_at, peers = now, self.gossip.peers
        self.online = Audience.of(self.hub.pages)
        self.topics = {
            groups.topic_of(group): Audience.of(pages)
            for group, pages in self.hub.members.items()
            if groups.is_of_topic(group)
        }
        self._told = {topic: told for topic, told in self._told.items() if topic in self.topics}
        for topic, audience in self.topics.items():
            if audience.joined_by(others(peers, topic)).shown != self._told.get(topic):
                self._waiting.setdefault(topic)

    # --- Telling ---

    async def _tell_readers(self):
        """Nobody is told of more readers than are online: then all are told first how many these are."""
        peers = self.gossip.peers
        while self._waiting and self._frames > 0:
            topic = next(iter(self._waiting))
            del self._waiting[topic]
            if topic in self.topics:
                shown = self._told[topic] = self.topics[topic].joined_by(others(peers, topic)).shown
                if any(map(operator.gt, shown[:2], self._told_online or (0, 0))):
                    await self._tell_online(now=True)
                await self._say(groups.of_topic(topic), events.presence(topic, *shown))

    async def _tell_online(self, now=False):
        if not now and (time.monotonic() - self._counted_at < ONLINE or self._frames <= 0):
            return
        self._counted_at = time.monotonic()
        members, guests, _faces = self.online.joined_by(peer.online for peer in self.gossip.peers).shown
        if (members, guests) != self._told_online:
            self._told_online = (members, guests)
            await self._say(groups.EVERYONE, events.online(members, guests))

    async def _tell_writing(self, here):
        """One frame for each group, with the topics where somebody began or stopped."""
        if self._frames <= 0:
            return
        before, now = self._told_writing, merged([here, *self.gossip.writing])
        self._told_writing = now
        frames = {}
        for topic in [topic for topic in before | now if before.get(topic) != now.get(topic)]:
            for group in groups_of(topic, *(told[topic] for told in (before, now) if topic in told)):
                names = now[topic].names if topic in now else {}
                frames.setdefault(group, {})[topic] = names
        for group, topics in frames.items():
            await self._say(group, events.writing(topics))

    async def _say(self, group, text):
        self._frames -= len(self.hub.members.get(group, ()))
        await self.hub.broadcast(group, text)


def others(peers, topic):
    return [peer.topics[topic] for peer in peers if topic in peer.topics]


def merged(tellings):
    found = {}
    for telling in tellings:
        for topic, writing in telling.items():
            found[topic] = found[topic].joined_by(writing) if topic in found else writing
    return found


def groups_of(topic, *writings):
    """Whose pages are told who writes in the topic."""
    return {groups.of_topic(topic)}.union(*(writing.lists for writing in writings))
