"""The send buffer of one page: accepts frames without ever making the sender wait."""

import asyncio

from realtime.hub.broadcast import run_send

BACKLOG = 64 * 1024  # bytes that may wait; a page that has more is closed and resyncs
# ASGI extension of a server with a send buffer of its own, see uvicorn_protocol.py
DIRECT = "parley.send_buffer"
PRIVATE = 3000  # added to a close code that the server refuses to send (daphne: all below 3000)


class SendBuffer:
    """Uses ASGI alone, so it works with any server.

    Calls `page.refresh_route()` whenever `fast_path` has changed.
    """

    __slots__ = ("_page", "_send", "_size", "_task", "_waiting", "is_closed")

    def __init__(self, send, page):
        self._send, self._page = send, page
        self._waiting, self._size, self._task = [], 0, None
        self.is_closed = False

    @property
    def fast_path(self):
        """The server's `send`, for the hub to call directly; None while frames wait."""
        return None if self._task else self._send

    def push(self, text):
        """Sends at once if the server accepts it, otherwise buffers it, up to BACKLOG bytes."""
        if not self.is_closed:
            self._send_or_wait({"type": "websocket.send", "text": text})

    def close(self, code):
        """Closes the socket and drops what waits; the page catches up when it reconnects."""
        if self.is_closed:
            return
        self.is_closed = True
        self._waiting.clear()
        self._send_or_wait({"type": "websocket.close", "code": code})

    def abandon(self):
        """Drops everything, since the page has left."""
        self.is_closed = True
        self._waiting.clear()
        if self._task:
            self._task.cancel()

    def run(self, coroutine):
        """Starts a task for the page's own work."""
        return asyncio.get_running_loop().create_task(coroutine)

    async def drained(self, patience):
        """Returns when nothing waits any more; raises TimeoutError after `patience` seconds."""
        async with asyncio.timeout(patience):
            while self._task:
                await asyncio.wait({self._task})

    def backlog(self):
        """(waiting frames, waiting bytes)."""
        return len(self._waiting), self._size

    def _send_or_wait(self, message):
        if self._task:
            self._wait(message)
        else:
            run_send(self._send, message, self._page)

    def _wait(self, message):
        self._waiting.append(message)
        self._size += len(message.get("text", "").encode())
        if self._size > BACKLOG:
            self._size = 0
            self._page.disconnect_for_resync()

    # --- What broadcast.run_send calls ---

    def wait_for(self, sending):
        self._task = asyncio.ensure_future(sending)
        self._task.add_done_callback(self._drained)
        self._page.refresh_route()

    def refused(self, message):
        self.is_closed = True
        code = message.get("code", PRIVATE)
        if code < PRIVATE:
            run_send(self._send, {**message, "code": code + PRIVATE}, self._page)

    def _drained(self, task):
        self._task = None
        if task.cancelled() or task.exception():
            self.is_closed = True
            self._waiting.clear()
            return
        waiting, self._waiting, self._size = self._waiting, [], 0
        for message in waiting:
            self._send_or_wait(message)
        self._page.refresh_route()
