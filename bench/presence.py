"""The cost of presence for a process with 2,000 pages, at rest and with people coming and going.

Covers all of presence: polling, sending, and gossip with three other processes of the same size.
The result is the difference between a run with presence and one without; each frame sent is charged
with the cost of writing one on a server.
"""

import asyncio
import os
import random
import time
from types import SimpleNamespace

from bench.report import record, title

PAGES, TOPICS, MEMBERS, PEERS = 2000, 200, 1000, 3
SECONDS = 10
FRAME = 13.6e-6  # CPU seconds per frame, on any ASGI server without a fast path (measured)
GOSSIP = 4.0  # seconds
CHURN, WRITERS = 20, 10  # pages that close and open per second; members who are typing


class Page:
    frames = 0
    fast_path = None

    def __init__(self, hub, number):
        self.hub, self.joined, self.topic = hub, set(), number % TOPICS + 1
        self.user_id = number + 1 if number < MEMBERS else None
        name = f"member{number}"
        self.user = SimpleNamespace(
            username=name, name=name.title(), display_name=name, hides_presence=False
        )
        self.enter()

    def deliver(self, group, text):
        Page.frames += 1

    def enter(self):
        self.hub.add(self)
        for group in ("everyone", "list.latest", f"topic.{self.topic}"):
            self.hub.routes.join(self, group)

    def leave(self):
        self.hub.remove(self)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    os.environ["REDIS_URL"] = ""
    import django

    django.setup()
    title(f"Presence: {PAGES:,} pages on {TOPICS} topics, beside {PEERS} processes as large")
    for name, churn, writers in (
        ("at rest", 0, 0),
        (f"{CHURN} pages a second go and come, {WRITERS} people write", CHURN, WRITERS),
    ):
        without, _frames = asyncio.run(measure(churn, writers, with_presence=False))
        cpu, frames = asyncio.run(measure(churn, writers, with_presence=True))
        share = (cpu - without + frames * FRAME) / SECONDS
        record(f"share of a core, {name}", share * 100, "%", at_most=1)
        record(f"frames a second, {name}", frames / SECONDS, "frames")


async def measure(churn, writers, with_presence):
    """(seconds of CPU, frames sent)."""
    from realtime.hub.hub import Hub

    hub = Hub(asyncio.get_running_loop())
    pages = [Page(hub, number) for number in range(PAGES)]
    coroutines = [reopen_pages(pages, churn), typing(hub, pages[:writers])]
    if with_presence:
        coroutines += [hub.presence.run(), receive_gossip(hub)]
    tasks = [asyncio.ensure_future(work) for work in coroutines]
    await asyncio.sleep(14)  # until all pages have the current state
    Page.frames, began = 0, time.process_time()
    await asyncio.sleep(SECONDS)
    spent = time.process_time() - began
    for task in tasks:
        task.cancel()
    return spent, Page.frames


async def reopen_pages(pages, churn):
    away = []
    while churn:
        await asyncio.sleep(1 / churn)
        if len(away) > churn:
            away.pop(0).enter()
        away.append(random.choice(pages))
        away[-1].leave()


async def typing(hub, writers):
    while True:
        for page in writers:
            hub.presence.typing.mark(page, page.topic)
        # Sometimes too late, so that typing marks expire and reappear.
        await asyncio.sleep(3 + 6 * random.random())


async def receive_gossip(hub):
    """Receive gossip as from Redis, serialised as by the channel layer."""
    import msgpack

    from realtime.protocol import hub_messages

    while True:
        await asyncio.sleep(GOSSIP)
        gossip = hub_messages.Gossip("peer", {}, hub.presence.online, hub.presence.topics)
        packed = msgpack.packb(hub_messages.encode(gossip))
        for number in range(PEERS):
            hub.presence.receive(
                hub_messages.decode(msgpack.unpackb(packed) | {"sender": f"peer{number}"})
            )


if __name__ == "__main__":
    main()
