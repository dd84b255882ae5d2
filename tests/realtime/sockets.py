"""A page's socket, used like a browser. Stores every frame, so tests can assert what never came."""

import asyncio
import json

from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from forum.asgi import application

DEADLINE = 90  # seconds, as the machine may be busy
# types of frames that are sent by the clock, independent of requests and events
BESIDE = ("presence", "online", "writing", "announcements")


async def do(function, *arguments, **named):
    """Calls a function that uses the database, in a thread with a connection, like a view."""
    return await database_sync_to_async(function)(*arguments, **named)


def session_of(user):
    client = Client()
    client.force_login(user, backend="forum.accounts.backends.MemberBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


async def until(condition):
    """Waits for a condition, with a deadline."""
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.sleep(0.01)


class Socket:
    """A test client.

    frames: events of topics, decoded and taken out of batches. beside: other frames. code: the
    close code.
    """

    def __init__(self, session="", origin="http://testserver"):
        headers = [(b"host", b"testserver")]
        if origin:
            headers.append((b"origin", origin.encode()))
        if session:
            headers.append(
                (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode("latin1"))
            )
        self.wire = WebsocketCommunicator(application, "/ws/", headers)
        self.frames, self.beside, self.passed, self.code = [], [], [], None

    @classmethod
    async def opened(cls, user=None, **named):
        socket = cls(session=await do(session_of, user) if user else "", **named)
        connected, _ = await socket.wire.connect(timeout=DEADLINE)
        assert connected
        return socket

    async def send(self, **message):
        await self.send_text(json.dumps(message))

    async def send_text(self, text):
        await self.wire.send_input({"type": "websocket.receive", "text": text})

    async def watch_topic(self, topic, since=None):
        """Watches the topic in its current state, or as of change `since`; returns the answer."""
        change = topic.change if since is None else since
        await self.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=change)
        return await self.receive(
            lambda f: f["type"] in ("changes", "reload", "gone") and f.get("topic") == topic.pk
        )

    async def watch_list(self, name="latest", rows=""):
        await self.send(type="watch", list=name, rows=rows)
        return await self.receive(lambda f: f["type"] in ("rows", "gone") and f.get("list") == name)

    async def watch_news(self, since=0, **shown):
        await self.send(type="watch", news=since, **shown)
        return await self.receive("news")

    async def receive(self, what):
        """The next frame of this type, or that `what(frame)` accepts; each is returned once."""
        fits = what if callable(what) else lambda frame: frame["type"] == what
        async with asyncio.timeout(DEADLINE):
            while (place := self._place_of(fits)) is None:
                self.passed += await self._next()
                if self.code is not None:
                    raise AssertionError(f"closed with {self.code}")
        return self.passed.pop(place)

    def _place_of(self, fits):
        return next((place for place, frame in enumerate(self.passed) if fits(frame)), None)

    async def update(self, kind=None):
        """The next post_update, of this kind if one is named."""
        return await self.receive(
            lambda f: f["type"] == "post_update" and kind in (None, f["kind"])
        )

    async def closed(self):
        async with asyncio.timeout(DEADLINE):
            while self.code is None:
                await self._next()
        return self.code

    async def leave(self):
        """Disconnects, in whatever state the socket is."""
        if not self.wire.future.done():
            await self.wire.send_input({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait({self.wire.future}, timeout=DEADLINE)

    def collect(self):
        """All frames so far."""
        while not self.wire.output_queue.empty():
            self._take(self.wire.output_queue.get_nowait())
        return self.frames

    async def _next(self):
        return self._take(await self.wire.output_queue.get())

    def _take(self, message):
        if message["type"] == "websocket.close":
            self.code = message["code"]
            return []
        frame = json.loads(message["text"])
        if frame["type"] in BESIDE:
            self.beside.append(frame)
            return [frame]
        heard = frame["events"] if frame["type"] == "batch" else [frame]
        self.frames += heard
        return heard
