"""Joins events about reactions and votes: at once in a quiet topic, else a frame every 300 ms.

A post that everybody likes has hundreds of changes a second, and each has a number. Of those that
wait only the latest of each post is sent. By `since` it says for which earlier numbers it stands,
so that pages find no gap. Any other event of the topic is sent at once, after what waits.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from operator import attrgetter

from realtime.protocol.delivery import Delivery

number_of = attrgetter("change.number")


@dataclass
class Waiting:
    """Deliveries of one topic for its next frame. held: those that have waited for a whole frame,
    since the change before them has not come from its process.
    """

    due: float
    new: list[Delivery] = field(default_factory=list)
    held: list[Delivery] = field(default_factory=list)

    def take(self, sent):
        """What is to be sent now, if pages have the changes up to number `sent`."""
        waiting = sorted([*self.held, *self.new], key=number_of)
        ready = []
        for delivery in waiting:
            if delivery.change.number > sent + 1:
                break
            sent = max(sent, delivery.change.number)
            ready.append(delivery)
        if any(delivery in self.held for delivery in waiting[len(ready) :]):
            ready = waiting  # pages ask for what is missing
        self.new, self.held = [], waiting[len(ready) :]
        return ready

    def take_all(self):
        waiting, self.new, self.held = [*self.held, *self.new], [], []
        return waiting


class Joining:
    """The joined events of one hub."""

    def __init__(self, hub):
        self._hub = hub
        self._topics: dict[int, Waiting] = {}  # in the order in which they are due
        self._has_work = asyncio.Event()

    async def send(self, delivery):
        """Sends an event of a topic, or has it wait for the next frame."""
        topic = delivery.change.topic
        waiting = self._topics.get(topic)
        if delivery.joined is None:
            before = waiting.take_all() if waiting else []
            await self._hub.send_to_topic([*joined(before), delivery])
        elif waiting:
            waiting.new.append(delivery)
        else:
            if delivery.audience.group in self._hub.routes.members:
                self._begin_frame(topic, Waiting(0))
            await self._hub.send_to_topic([delivery])

    async def run(self):
        while True:
            while not self._topics:
                self._has_work.clear()
                await self._has_work.wait()
            topic, waiting = next(iter(self._topics.items()))
            await asyncio.sleep(waiting.due - self._hub.loop.time())
            await self._end_frame(topic, self._topics.pop(topic))

    async def _end_frame(self, topic, waiting):
        if not waiting.new and not waiting.held:
            return
        first = min([*waiting.held, *waiting.new], key=number_of)
        ready = waiting.take(self._sent(topic, first))
        self._begin_frame(topic, waiting)
        if ready:
            await self._hub.send_to_topic(joined(ready))

    def _begin_frame(self, topic, waiting):
        self._topics.pop(topic, None)
        waiting.due = self._hub.loop.time() + self._hub.timing.frame_every
        self._topics[topic] = waiting
        self._has_work.set()

    def _sent(self, topic, delivery):
        """The number that pages on the topic were last sent; if unknown, that before `delivery`."""
        head = self._hub.sweep.heads.get(topic)
        known = head and head.epoch == delivery.change.epoch
        return head.change if known else delivery.change.number - 1


def joined(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The latest delivery of each post, in order, as far as they follow without a gap."""
    found: list[Delivery] = []
    for run in runs(sorted(deliveries, key=number_of)):
        since = run[0].change.number - 1
        latest = {delivery.joined: delivery for delivery in run}
        for delivery in sorted(latest.values(), key=number_of):
            found.append(standing_for(delivery, since))
            since = delivery.change.number
    return found


def runs(deliveries):
    """Lists of deliveries whose numbers follow each other."""
    found: list[list[Delivery]] = []
    for delivery in deliveries:
        last = found[-1][-1].change if found else None
        change = delivery.change
        follows = last and last.epoch == change.epoch and change.number - last.number in (0, 1)
        if follows:
            found[-1].append(delivery)
        else:
            found.append([delivery])
    return found


def standing_for(delivery, since):
    """The same for all changes after number `since`."""
    if since >= delivery.change.number - 1:
        return delivery
    return replace(delivery, text=f'{delivery.text[:-1]},"since":{since}}}')
