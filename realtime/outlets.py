"""One page's end of the wire: takes frames without ever making the sender wait."""

import asyncio
import types

BACKLOG = 64 * 1024  # bytes that wait for a page which does not read; then it is closed and resyncs


class Outlet:
    def __init__(self, send, on_full):
        self._send, self._on_full = send, on_full
        self._waiting, self._size, self._task = [], 0, None
        self._closed = False

    def push(self, text):
        """Sends now as far as the server takes it; else keeps it, up to BACKLOG bytes."""
        if not self._closed:
            self._push({"type": "websocket.send", "text": text}, len(text))

    def close(self, code):
        if not self._closed:
            self._closed = True
            self._push({"type": "websocket.close", "code": code}, 0)

    def abandon(self):
        """The page has left: forget what waits for it."""
        self._closed = True
        self._waiting.clear()
        if self._task:
            self._task.cancel()

    def _push(self, message, size):
        if self._task:
            self._size += size
            if self._size > BACKLOG:
                self._waiting.clear()
                self._closed = True
                self._on_full()
            else:
                self._waiting.append(message)
            return
        step = self._send(message)
        if not asyncio.iscoroutine(step):  # a server with awaitables of its own
            self._task = asyncio.ensure_future(_await(step))
        else:
            try:
                future = step.send(None)  # runs to where it would wait; mostly it ends first
            except StopIteration:
                return
            except Exception:  # noqa: BLE001 - a socket that is gone; its disconnect follows
                self._closed = True
                return
            self._task = asyncio.ensure_future(_resume(step, future))
        self._task.add_done_callback(self._drained)

    def _drained(self, task):
        self._task = None
        if task.cancelled() or task.exception():
            self._closed = True
            self._waiting.clear()
            return
        waiting, self._waiting, self._size = self._waiting, [], 0
        for message in waiting:
            self._push(message, len(message.get("text", "")))


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
