"""What processes tell each other of who is there, through Redis: all of it every few seconds, so nothing stays wrong.

A process that falls silent is forgotten. With the in-memory layer there is nobody else.
"""

import asyncio
import time

from django.conf import settings

from realtime import redis_layer
from realtime.presence.audience import Audience
from realtime.presence.typing import LIFE, Writing
from realtime.protocol import groups

EVERY = 4.0  # seconds
SILENCE = 12.0  # seconds until a process is forgotten


class Peer:
    """Another process, as it last spoke."""

    def __init__(self):
        self.online, self.topics, self.writing = Audience({}, 0), {}, {}
        self.heard_at = 0.0

    def hear(self, message):
        self.heard_at = time.monotonic()
        self.writing = {topic: Writing(dict(names), tuple(lists)) for topic, names, lists in message["writing"]}
        if "topics" in message:
            people = {pk: tuple(names) for pk, *names in message["people"]}
            self.online = Audience(people, message["guests"])
            for topic, ids, guests in message["topics"]:
                self.topics[topic] = Audience({pk: people[pk] for pk in ids}, guests)
            self.topics = {topic: self.topics[topic] for topic, *_rest in message["topics"]}


class Gossip:
    def __init__(self, name):
        self.name, self._peers, self._said_at, self._said = name, {}, 0.0, []

    @property
    def peers(self):
        """Those that spoke lately."""
        now = time.monotonic()
        self._peers = {name: peer for name, peer in self._peers.items() if now - peer.heard_at < SILENCE}
        return list(self._peers.values())

    @property
    def writing(self):
        """[{topic id: Writing}] of the others, as long as their marks hold."""
        now = time.monotonic()
        return [peer.writing for peer in self.peers if now - peer.heard_at < LIFE]

    def hear(self, message):
        if message["by"] != self.name:
            self._peers.setdefault(message["by"], Peer()).hear(message)

    async def say(self, online, topics, writing):
        """Everything every few seconds, and who writes at once. Returns when Redis has it, or is away."""
        marks = [[topic, list(one.names.items()), list(one.lists)] for topic, one in writing.items()]
        is_due = time.monotonic() - self._said_at >= EVERY
        if not settings.REDIS_URL or not is_due and marks == self._said:
            return
        message = {"type": "gossip", "by": self.name, "writing": marks}
        if is_due:
            self._said_at = time.monotonic()
            message |= everything(online, topics)
        self._said = marks
        await asyncio.to_thread(redis_layer.send_to_groups, [(groups.HUBS, message)])


def everything(online, topics):
    return {
        "people": [[pk, *names] for pk, names in online.members.items()],
        "guests": online.guests,
        "topics": [[topic, list(audience.members), audience.guests] for topic, audience in topics.items()],
    }
