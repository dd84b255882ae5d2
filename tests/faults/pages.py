"""A model of an open page: the rules of static/js/topic and connection, without a browser.

Thousands fit into one process. Every page keeps a log, which history.py checks.
"""

import asyncio
import hashlib
import json
import random
import re
import sys
import time
import urllib.parse
from functools import lru_cache

from tests.support.change_queue import REORDERING, ChangeQueue

from .history import PageLog
from .sockets import GONE, Closed, connect

# the longest is thirty in the browser; a run has no time for that
FIRST_DELAY, LONGEST_DELAY = 0.5, 5.0
SPREAD = 12.0
SILENCE = 35.0
OUT_OF_ORDER = {"order", "doubles", "holes"}
POST = re.compile(r'<article class="post.*?</article>', re.DOTALL)
BODY = re.compile(r'<div class="post__body prose">(.*)</div>\s*<footer', re.DOTALL)
HEADER = re.compile(r'<header class="topic__header".*?</header>', re.DOTALL)


class Page:
    """Watches `topic` at `address` as the owner of `session`, or as a guest.

    `run` is its task, `leave` ends it. careless: rules that this page breaks, to test that the
    history detects it: order, doubles, holes, heartbeat.
    """

    def __init__(self, name, address, topic, user=None, session="", careless=()):
        self.address, self.topic, self.session, self.careless = (
            address,
            topic,
            session,
            set(careless),
        )
        self.log = PageLog(name, user, topic)
        self.queue = ChangeQueue("", 0, self.apply)
        self.posts, self.header = {}, ""
        self.hole, self.failures, self.gone = None, 0, False
        self.running, self.socket, self.code, self.is_connected = True, None, None, False

    async def run(self):
        while self.running and not self.gone:
            try:
                if not self.epoch:
                    await self.load("began")
                await self.stay()
            except OSError:
                pass
            if self.running and not self.gone:
                self.failures += 1
                await asyncio.sleep(random.uniform(0, self.longest_delay()))

    def longest_delay(self):
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (self.failures - 1))
        return max(SPREAD, delay) if self.code in (1012, 1013) else delay

    async def leave(self):
        self.running = False
        if self.socket:
            self.socket.close()

    # --- The socket ---

    async def stay(self):
        self.socket = await connect(self.address, self.session)
        self.note("connected")
        self.code, self.is_connected = GONE, True
        try:
            await self.watch()
            async with asyncio.timeout(None) as patience:
                await self.listen(patience)
        except Closed as closed:
            self.code = closed.code
        finally:
            self.is_connected = False
            self.socket.close()
            self.note("closed", self.code)

    async def listen(self, patience):
        while self.running and not self.gone:
            patience.reschedule(asyncio.get_running_loop().time() + SILENCE)
            await self.handle(read(await self.socket.recv()))

    async def watch(self):
        await self.send(
            {"type": "watch", "topic": self.topic, "epoch": self.epoch, "change": self.have}
        )

    async def send(self, message):
        self.socket.send(json.dumps(message))

    async def handle(self, message):
        kind = message["type"]
        if kind == "heartbeat":
            await self.send({"type": "pong"})
            await self.compare(message["topics"].get(str(self.topic)))
        elif kind == "batch":
            for event in message["events"]:
                await self.handle(event)
        elif message.get("topic") != self.topic:
            return
        elif kind == "post_update" and message.get("header"):
            await self.receive(message)
        elif kind == "changes":
            self.failures = 0
            await self.catch_up(message)
            if message["more"]:
                await self.watch()
        elif kind == "reload":
            await self.load("reloaded")
            await self.watch()
        elif kind == "gone":
            self.gone = True
        elif kind == "again":
            await self.watch()

    # --- The cursor ---

    @property
    def epoch(self):
        return self.queue.epoch

    @property
    def have(self):
        return self.queue.have

    async def receive(self, event):
        if event["epoch"] == self.epoch and not self.careless.isdisjoint(OUT_OF_ORDER):
            self.apply_at_once(event)
            return
        self.queue.receive(event)
        await self.follow()

    async def catch_up(self, answer):
        before = self.have
        self.queue.apply = self.show  # noted as a whole
        self.queue.answered(answer if answer["since"] <= before else None)
        self.queue.apply = self.apply
        if self.have > before:
            self.note("caught up", before, self.have)
        await self.follow()

    async def compare(self, head):
        if head and "heartbeat" not in self.careless:
            self.queue.compare(head)
            await self.follow()

    async def follow(self):
        """Loads the page anew, or asks for a hole after a moment, if the queue says so."""
        if self.queue.reloads:
            await self.load("reloaded")
            await self.watch()
        elif self.queue.is_waiting and not self.hole:
            self.hole = asyncio.get_running_loop().create_task(self.mend())

    async def mend(self):
        await asyncio.sleep(REORDERING / 1000)
        self.hole = None
        self.queue.wait(REORDERING)
        if self.queue.is_asking and self.is_connected:
            await self.watch()

    def apply_at_once(self, event):
        if event["change"] > self.have or "holes" not in self.careless:
            self.queue.have = max(self.have, event["change"])
            self.apply(event)

    def apply(self, event):
        post = event.get("post")
        self.note(
            "applied", event["change"], post and post["id"], text_of(post["html"]) if post else None
        )
        self.show(event)

    def show(self, event):
        self.header = event["header"]
        if post := event.get("post"):
            # thousands of pages show the same
            self.posts[post["number"]] = sys.intern(post["html"])

    # --- Loading ---

    async def load(self, kind):
        """Loads the whole page; earlier numbers are forgotten."""
        status, text = await self.fetch(f"/t/{self.topic}/")
        if status == 404:
            self.gone = True
            return
        if status != 200:
            raise ConnectionError(status)
        found = re.search(r'data-epoch="(\w+)" data-change="(\d+)"', text)
        pages = max(map(int, re.findall(r"\?page=(\d+)", text)), default=1)
        self.queue.restart(found[1], int(found[2]))
        self.header, self.posts = HEADER.search(text)[0], {}
        for page in range(1, pages + 1):
            if page > 1:
                _status, text = await self.fetch(f"/t/{self.topic}/?page={page}")
            for html in POST.findall(text):
                self.posts[int(re.search(r'data-number="(\d+)"', html)[1])] = sys.intern(html)
        self.note(kind, self.have)

    async def fetch(self, path):
        return await fetch(self.address, path, self.session)

    def hash(self):
        shown = [self.header, *(self.posts[number] for number in sorted(self.posts))]
        return short_hash("".join(map(hash_of, shown)))

    def note(self, kind, *rest):
        self.log.seen.append((kind, time.monotonic(), *rest))


@lru_cache(1000)
def read(text):
    """Parsed once, since thousands of pages get the same text and none changes the result."""
    return json.loads(text)


@lru_cache(1000)
def text_of(html):
    """A short hash of a post's text, without the parts around it; None for a hidden post."""
    found = BODY.search(html)
    return short_hash(found[1]) if found else None


@lru_cache(10_000)
def hash_of(html):
    return short_hash(re.sub(r"\s+", " ", html))


def short_hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def fetch(address, path, session="", redirects=3):
    """(status, text) of a page. Raises OSError where nothing answers."""
    parts = urllib.parse.urlsplit(address)
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            cookie = f"Cookie: sessionid={session}\r\n" if session else ""
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                f"Connection: close\r\n{cookie}\r\n".encode()
            )
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
    status = int(head.split(b" ", 2)[1]) if head else 0
    if status in (301, 302) and redirects:
        location = re.search(rb"(?im)^location: (.+?)\r?$", head)[1].decode()
        return await fetch(address, location, session, redirects - 1)
    if not status:
        raise ConnectionError("no answer")
    return status, body.decode()
