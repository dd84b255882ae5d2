"""One page's end of the wire: takes frames without ever making the sender wait."""

import asyncio
import types

BACKLOG = 64 * 1024  # bytes that wait for a page which does not read; then it is closed and resyncs
PRIVATE = 3000  # added to a close code that the server refuses to send (daphne: all below 3000)


class Outlet:
    def __init__(self, send, on_full):
        self._send, self._on_full = send, on_full
        self._waiting, self._size, self._task = [], 0, None
        self.is_closed = False

    def push(self, text):
        """Sends now as far as the server takes it; else keeps it, up to BACKLOG bytes."""
        if not self.is_closed:
            self._push({"type": "websocket.send", "text": text})

    def close(self, code):
        """What waits is dropped; the page asks for it when it is back."""
        if self.is_closed:
            return
        self.is_closed = True
        self._waiting.clear()
        self._push({"type": "websocket.close", "code": code})

    def abandon(self):
        """The page has left: forget what waits for it."""
        self.is_closed = True
        self._waiting.clear()
        if self._task:
            self._task.cancel()

    async def drained(self, patience):
        """Returns when nothing waits any more. Raises TimeoutError after `patience` seconds."""
        async with asyncio.timeout(patience):
            while self._task:
                await asyncio.wait({self._task})

    def backlog(self):
        """(frames, bytes) that wait."""
        return len(self._waiting), self._size

    def _push(self, message):
        if self._task:
            self._wait(message)
            return
        step = self._send(message)
        if not asyncio.iscoroutine(step):  # a server with awaitables of its own
            self._task = asyncio.ensure_future(_await(step))
        else:
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
        self._waiting.append(message)
        self._size += len(message.get("text", "").encode())
        if self._size > BACKLOG:
            self._size = 0
            self._on_full()

    def _refused(self, message):
        self.is_closed = True
        code = message.get("code", PRIVATE)
        if code < PRIVATE:
            self._push({**message, "code": code + PRIVATE})

    def _drained(self, task):
        self._task = None
        if task.cancelled() or task.exception():
            self.is_closed = True
            self._waiting.clear()
            return
        waiting, self._waiting, self._size = self._waiting, [], 0
        for message in waiting:
            self._push(message)


async def _await(awaitable):
    await awaitable


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
