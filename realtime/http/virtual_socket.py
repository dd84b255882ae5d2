"""A socket without a network: lets a long poll use the code that serves sockets.

So joining groups, fences and answers work in the same way for both.
"""

import asyncio
import json
from contextvars import Context

from realtime.protocol.close_codes import RESTART, RESYNC

# seconds to wait for further events: in the topic on show, and in lists and news
IN_TOPIC, ELSEWHERE = 0.05, 1.0
CLOSING = 5.0  # seconds that the application may take to end
# types of frames after which to ask again
CHANGES = ("post_update", "personal_update", "batch", "heartbeat", "again")


class Closed(Exception):
    """The server has closed the socket with this code."""

    def __init__(self, code=None):
        self.may_retry_at_once = code in (RESYNC, RESTART)


class VirtualSocket:
    """An async context manager, open while a long poll waits.

    application: the ASGI application that serves sockets. watches: the fields of `watch` messages,
    without `type` and `for`.
    """

    def __init__(self, application, scope, watches):
        self._inbox, self._frames = asyncio.Queue(), asyncio.Queue()
        self._unrequested = {}  # (type, topic) -> the last such frame
        self._watches = [
            {**fields, "type": "watch", "for": str(n)} for n, fields in enumerate(watches)
        ]
        page = application(socket_scope(scope), self._inbox.get, self._send)
        # a new context, since this may start the hub, which outlives the request
        self._page = asyncio.create_task(page, context=Context())
        self._page.add_done_callback(lambda page: self._frames.put_nowait(Closed()))

    async def __aenter__(self):
        self._inbox.put_nowait({"type": "websocket.connect"})
        return self

    async def __aexit__(self, *error):
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait({self._page}, timeout=CLOSING)
        self._page.cancel()

    async def answers(self, seconds):
        """The answers, in the order of the watches, and the frames that nobody asked for.

        Returns as soon as an answer has anything new, or after `seconds`. Raises Closed.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            answers, change = await self._ask()
            if any(map(has_changes, answers)) or loop.time() >= deadline:
                return [*answers, *self._unrequested.values()]
            change = change or await self._next_change(deadline - loop.time())
            if change is None:
                return [*answers, *self._unrequested.values()]
            await asyncio.sleep(
                IN_TOPIC
                if "header" in change or change["type"] in ("again", "personal_update")
                else ELSEWHERE
            )

    async def _ask(self):
        """(answers, a frame that came meanwhile and reports a change, or None)."""
        for watch in self._watches:
            self._inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(watch)})
        answers, change = {}, None
        while len(answers) < len(self._watches):
            frame = await self._next()
            if "for" in frame:
                answers[frame.pop("for")] = frame
            elif frame["type"] == "again":  # a fence was raised, and the answer was dropped
                return [], frame
            elif self._is_change(frame):
                change = frame
        return [answers[watch["for"]] for watch in self._watches], change

    async def _next_change(self, seconds):
        try:
            async with asyncio.timeout(seconds):
                while True:
                    frame = await self._next()
                    if "for" not in frame and self._is_change(frame):
                        return frame
        except TimeoutError:
            return None

    def _is_change(self, frame):
        """Whether asking again may bring something new; keeps other frames, the last of a kind."""
        if frame["type"] in CHANGES:
            return True
        self._unrequested[frame["type"], frame.get("topic")] = frame
        return False

    async def _next(self):
        frame = await self._frames.get()
        if isinstance(frame, Closed):
            raise frame
        return frame

    async def _send(self, event):
        if event["type"] == "websocket.send":
            self._frames.put_nowait(json.loads(event["text"]))
        elif event["type"] == "websocket.close":
            self._frames.put_nowait(Closed(event["code"]))


def socket_scope(scope):
    kept = {name: scope[name] for name in ("asgi", "headers", "client", "server") if name in scope}
    return {**kept, "type": "websocket", "path": "/ws/", "query_string": b"", "subprotocols": []}


def has_changes(answer):
    """Whether a page that gets this answer has to update anything."""
    if answer["type"] == "changes":
        return bool(answer["events"]) or answer["change"] != answer["since"]
    if answer["type"] == "rows":
        return bool(answer["rows"] or answer["gone"])
    return answer["type"] != "news" or answer["count"] > 0
