"""Exchanges presence between processes: each publishes its complete view every few seconds.

So a lost message is corrected by the next one, and a process that falls silent is forgotten. With
the in-memory layer there is only one process.
"""

import asyncio

from django.conf import settings

from realtime import redis_layer
from realtime.protocol import hub_messages
from realtime.protocol.hub_messages import Gossip
from realtime.protocol.viewers import Viewers


class Peer:
    """What another process has published last, and when."""

    def __init__(self):
        self.online, self.topics, self.writing = Viewers({}, 0), {}, {}
        self.received_at = 0.0

    def receive(self, gossip, now):
        self.received_at = now
        self.writing = gossip.writing
        if gossip.online is not None:
            self.online, self.topics = gossip.online, gossip.topics


class Peers:
    """The other processes, as known to the hub with this name."""

    def __init__(self, name, timing):
        self.name, self._timing = name, timing
        self._peers, self._published_at, self._published = {}, float("-inf"), {}

    @property
    def current(self):
        """The processes that have published within `gossip_silence`."""
        since = self._timing.clock() - self._timing.gossip_silence
        self._peers = {name: peer for name, peer in self._peers.items() if peer.received_at > since}
        return list(self._peers.values())

    @property
    def writing(self):
        """[{topic id: Writing}] of the other processes, as long as their writing marks last."""
        since = self._timing.clock() - self._timing.writing_lasts
        return [peer.writing for peer in self.current if peer.received_at > since]

    def receive(self, gossip):
        if gossip.sender != self.name:
            self._peers.setdefault(gossip.sender, Peer()).receive(gossip, self._timing.clock())

    def forget_writer(self, topic, member):
        """Removes a member's mark; the process that it comes from removes its own."""
        for peer in self._peers.values():
            if topic in peer.writing:
                # not changed in place, since presence compares with what it sent last
                peer.writing[topic] = peer.writing[topic].without(member)

    async def publish(self, online, topics, writing):
        """Publishes everything if it is due, otherwise only who writes, and only if that changed.

        Returns when Redis has accepted the message, or is away.
        """
        now = self._timing.clock()
        is_due = now - self._published_at >= self._timing.gossip_every
        if not settings.REDIS_URL or not is_due and writing == self._published:
            return
        gossip = Gossip(self.name, writing)
        if is_due:
            self._published_at = now
            gossip = Gossip(self.name, writing, online, topics)
        self._published = writing
        message = (hub_messages.group_of(gossip), hub_messages.encode(gossip))
        await asyncio.to_thread(redis_layer.send_to_groups, [message])
