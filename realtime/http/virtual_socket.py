"""A page's visit by way of a request: it speaks with the hub like a page on a socket, until there
is something to say.

So a long poll joins, is fenced and is answered by the very code that serves sockets.
"""

import asyncio
import json
from contextvars import Context

from realtime.protocol.close_codes import RESTART, RESYNC

# seconds that more may follow: on the topic on show, and in lists and news
AT_ONCE, ELSEWHERE = 0.05, 1.0
FAREWELL = 5.0  # seconds that the page may take to leave
ASKING_TELLS = ("post_update", "batch", "heartbeat", "again")


class Left(Exception):
    """The page was sent away."""

    def __init__(self, code=None):
        self.ask_again = code in (RESYNC, RESTART)


class VirtualSocket:
    """`application` serves sockets; `asks` are messages as a page sends them over one, without
    `type` and `for`.
    """

    def __init__(self, application, scope, asks):
        self._inbox, self._frames = asyncio.Queue(), asyncio.Queue()
        self._beside = {}
        self._asks = [{**ask, "type": "watch", "for": str(n)} for n, ask in enumerate(asks)]
        page = application(socket_scope(scope), self._inbox.get, self._hear)
        # the hub may start here and outlives the request
        self._page = asyncio.create_task(page, context=Context())
        self._page.add_done_callback(lambda page: self._frames.put_nowait(Left()))

    async def __aenter__(self):
        self._inbox.put_nowait({"type": "websocket.connect"})
        return self

    async def __aexit__(self, *error):
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait({self._page}, timeout=FAREWELL)
        self._page.cancel()

    async def answers(self, seconds):
        """The answers to what was asked, in its order: as soon as one tells something new, or after
        `seconds`.

        Raises Left.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            answers, news = await self._ask()
            if any(map(tells_something, answers)) or loop.time() >= deadline:
                return self._with_beside(answers)
            news = news or await self._news(deadline - loop.time())
            if news is None:
                return self._with_beside(answers)
            await asyncio.sleep(
                AT_ONCE if "header" in news or news["type"] == "again" else ELSEWHERE
            )

    async def _ask(self):
        """(answers, something that was heard beside them or None)."""
        for ask in self._asks:
            self._inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(ask)})
        answers, news = {}, None
        while len(answers) < len(self._asks):
            frame = await self._next()
            if "for" in frame:
                answers[frame.pop("for")] = frame
            elif frame["type"] == "again":  # a fence has swallowed the answer
                return [], frame
            elif self._is_news(frame):
                news = frame
        return [answers[ask["for"]] for ask in self._asks], news

    async def _news(self, seconds):
        try:
            async with asyncio.timeout(seconds):
                while True:
                    frame = await self._next()
                    if "for" not in frame and self._is_news(frame):
                        return frame
        except TimeoutError:
            return None

    def _is_news(self, frame):
        """Whether asking again may tell something; other frames go along with the answers, the last
        of each kind.
        """
        if frame["type"] in ASKING_TELLS:
            return True
        self._beside[frame["type"], frame.get("topic")] = frame
        return False

    def _with_beside(self, answers):
        return [*answers, *self._beside.values()]

    async def _next(self):
        frame = await self._frames.get()
        if isinstance(frame, Left):
            raise frame
        return frame

    async def _hear(self, event):
        if event["type"] == "websocket.send":
            self._frames.put_nowait(json.loads(event["text"]))
        elif event["type"] == "websocket.close":
            self._frames.put_nowait(Left(event["code"]))


def socket_scope(scope):
    kept = {name: scope[name] for name in ("asgi", "headers", "client", "server") if name in scope}
    return {**kept, "type": "websocket", "path": "/ws/", "query_string": b"", "subprotocols": []}


def tells_something(answer):
    """Whether a page that gets this has to do anything."""
    if answer["type"] == "changes":
        return bool(answer["events"]) or answer["change"] != answer["since"]
    if answer["type"] == "rows":
        return bool(answer["rows"] or answer["gone"])
    return answer["type"] != "news" or answer["count"] > 0
