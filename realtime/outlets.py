"""One page's end of the wire: takes frames without ever making the sender wait."""

import asyncio
import types

BACKLOG = 64 * 1024  # bytes that wait for a page which does not read; then it is closed and resyncs
DIRECT = "parley.outlet"  # the ASGI extension of a server that brings an outlet of its own, see server.py
PRIVATE = 3000  # added to a close code that the server refuses to send (daphne: all below 3000)


_last = {"type": "websocket.send", "text": ""}


def message_of(text):
    """The ASGI message; the last one is kept, as all pages of a group are told the same."""
    global _last
    if _last["text"] is not text:
        _last = {"type": "websocket.send", "text": text}
    return _last


class Outlet:
    """By ASGI alone, so for any server."""

    socket = None  # frames go by `push` alone
    __slots__ = ("_on_full", "_send", "_size", "_task", "_waiting", "is_closed")

    def __init__(self, send, on_full):
        self._send, self._on_full = send, on_full
        self._waiting, self._size, self._task = [], 0, None
        self.is_closed = False

    def push(self, text):
        """Sends now as far as the server takes it; else keeps it, up to BACKLOG bytes."""
        if self._task:
            self._wait(message_of(text))
        elif not self.is_closed:
            self._send_now(message_of(text))

    def close(self, code):
        """What waits is dropped; the page asks for it when it is back."""
        if self.is_closed:
            return
        self.is_closed = True
        self._waiting.clear()
        self._send_or_wait({"type": "websocket.close", "code": code})

    def abandon(self):
        """The page has left: forget what waits for it."""
        self.is_closed = True
        self._waiting.clear()
        if self._task:
            self._task.cancel()

    def run(self, coroutine):
        """A task for the page's own work."""
        return asyncio.get_running_loop().create_task(coroutine)

    async def drained(self, patience):
        """Returns when nothing waits any more. Raises TimeoutError after `patience` seconds."""
        async with asyncio.timeout(patience):
            while self._task:
                await asyncio.wait({self._task})

    def backlog(self):
        """(frames, bytes) that wait."""
        return len(self._waiting), self._size

    def _send_or_wait(self, message):
        if self._task:
            self._wait(message)
        else:
            self._send_now(message)

    def _send_now(self, message):
        step = self._send(message)
        if not hasattr(step, "send"):  # a server with awaitables of its own
            step = _await(step)
        try:
            future = step.send(None)  # runs to where it would wait; mostly it ends first
        except StopIteration:
            return
        except Exception:  # noqa: BLE001 - a socket that is gone, its disconnect follows; or a code refused
            self._refused(message)
            return
        self._task = asyncio.ensure_future(_resume(step, future))
        self._task.add_done_callback(self._drained)

    def _wait(self, message):
        if self.is_closed and message["type"] == "websocket.send":
            return
        self._waiting.append(message)
        self._size += len(message.get("text", "").encode())
        if self._size > BACKLOG:
            self._size = 0
            self._on_full()

    def _refused(self, message):
        self.is_closed = True
        code = message.get("code", PRIVATE)
        if code < PRIVATE:
            self._send_now({**message, "code": code + PRIVATE})

    def _drained(self, task):
        self._task = None
        if task.cancelled() or task.exception():
            self.is_closed = True
            self._waiting.clear()
            return
        waiting, self._waiting, self._size = self._waiting, [], 0
        for message in waiting:
            self._send_or_wait(message)


async def _await(awaitable):
    return await awaitable


@types.coroutine
def _resume(coroutine, future):
    """Goes on with a coroutine that was run by hand up to `future`."""
    while True:
        try:
            result = yield future
        except BaseException as error:  # noqa: BLE001 - cancellation included: it belongs to the coroutine
            step = lambda error=error: coroutine.throw(error)  # noqa: E731
        else:
            step = lambda result=result: coroutine.send(result)  # noqa: E731
        try:
            future = step()
        except StopIteration:
            return
