"""Exchanges presence between processes: each publishes its complete view every few seconds.

So a lost message is corrected by the next one, and a process that falls silent is forgotten. With
the in-memory layer there is only one process.
"""

import asyncio
import time

from django.conf import settings

from realtime import redis_layer
from realtime.presence.typing import LIFE
from realtime.protocol import hub_messages
from realtime.protocol.hub_messages import Gossip
from realtime.protocol.viewers import Viewers

EVERY = 4.0  # seconds
SILENCE = 12.0  # seconds until a process is forgotten


class Peer:
    """What another process has published last, and when."""

    def __init__(self):
        self.online, self.topics, self.writing = Viewers({}, 0), {}, {}
        self.received_at = 0.0

    def receive(self, gossip):
        self.received_at = time.monotonic()
        self.writing = gossip.writing
        if gossip.online is not None:
            self.online, self.topics = gossip.online, gossip.topics


class Peers:
    """The other processes, as known to the hub with this name."""

    def __init__(self, name):
        self.name, self._peers, self._published_at, self._published = name, {}, 0.0, {}

    @property
    def current(self):
        """The processes that have published within SILENCE."""
        now = time.monotonic()
        self._peers = {
            name: peer for name, peer in self._peers.items() if now - peer.received_at < SILENCE
        }
        return list(self._peers.values())

    @property
    def writing(self):
        """[{topic id: Writing}] of the other processes, as long as their writing marks last."""
        now = time.monotonic()
        return [peer.writing for peer in self.current if now - peer.received_at < LIFE]

    def receive(self, gossip):
        if gossip.sender != self.name:
            self._peers.setdefault(gossip.sender, Peer()).receive(gossip)

    async def publish(self, online, topics, writing):
        """Publishes everything if it is due, otherwise only who writes, and only if that changed.

        Returns when Redis has accepted the message, or is away.
        """
        is_due = time.monotonic() - self._published_at >= EVERY
        if not settings.REDIS_URL or not is_due and writing == self._published:
            return
        gossip = Gossip(self.name, writing)
        if is_due:
            self._published_at = time.monotonic()
            gossip = Gossip(self.name, writing, online, topics)
        self._published = writing
        message = (hub_messages.group_of(gossip), hub_messages.encode(gossip))
        await asyncio.to_thread(redis_layer.send_to_groups, [message])
