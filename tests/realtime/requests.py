"""A page's waiting request, as a browser sends it to the application."""

import asyncio
import json
from urllib.parse import urlencode

from channels.testing import ApplicationCommunicator
from django.conf import settings

from forum.asgi import application
from tests.realtime.sockets import BESIDE, DEADLINE, do, session_of


def topic_as_of(topic, change=None):
    return {
        "topic": topic.pk,
        "epoch": topic.epoch,
        "change": topic.change if change is None else change,
    }


async def feed(*asks, user=None, wait=0, host="testserver", path="/live/feed", method="GET"):
    """A request under way. `asks` are what the page shows, as objects or as raw text."""
    watch = [ask if isinstance(ask, str) else json.dumps(ask) for ask in asks]
    session = await do(session_of, user) if user else ""
    cookies = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode())] if session else []
    query = urlencode({"watch": watch, "wait": wait}, doseq=True)
    request = Request(path, query, [(b"host", host.encode()), *cookies], method)
    await request.wire.send_input({"type": "http.request", "body": b""})
    return request


class Request:
    def __init__(self, path, query, headers, method):
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("localhost", 80),
            "scheme": "http",
        }
        self.wire = ApplicationCommunicator(application, scope)

    def begins(self):
        assert not self.wire.future.done()
        return self

    async def ends(self):
        """(status, headers, body): JSON is decoded, without frames that nobody asked for."""
        async with asyncio.timeout(DEADLINE):
            start = await self.wire.output_queue.get()
            body = await self.wire.output_queue.get()
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        text = body["body"].decode()
        if "json" not in headers["content-type"]:
            return start["status"], headers, text
        answer = json.loads(text)
        if "answers" in answer:  # other frames depend on the clock
            answer["answers"] = [one for one in answer["answers"] if one["type"] not in BESIDE]
        return start["status"], headers, answer

    async def leaves(self):
        await self.wire.send_input({"type": "http.disconnect"})
        await asyncio.wait({self.wire.future}, timeout=DEADLINE)
