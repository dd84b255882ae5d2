"""uvicorn's WebSocket protocol, adapted so that an event costs one write and no coroutine.

For `uvicorn --ws realtime.connections.uvicorn_protocol:Protocol`. Each connection is the send
buffer of its page (same interface as SendBuffer): encoded frames are written straight to the
socket, and while a page is silent no task waits for it. Relies on internals of uvicorn 0.54; with
any other server the engine uses ASGI alone.
"""

import asyncio
import logging
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from forum.serving.websocket_protocol import TOO_FAST, Bounded
from realtime.connections.send_buffer import BACKLOG, DIRECT
from realtime.hub.broadcast import write_frame
from realtime.protocol.frames import frame_of

# set to warnings and above, or uvicorn would log each of thousands of sockets that open
logger = logging.getLogger("sockets")
# bytes of the kernel's send buffer (Linux doubles it); by default it would hold megabytes
IN_KERNEL = 64 * 1024
NOT_UTF8 = 1007
POLL = 0.05  # seconds between two checks whether a page has read


class KeepOpen:
    """Replaces a timer: with one, uvicorn keeps the socket open after its application returns."""

    cancel = staticmethod(lambda: None)


class Unused:
    """Replaces the event that an ASGI application waits for before it sends more."""

    set = clear = staticmethod(lambda: None)


class Protocol(Bounded, WebSocketsSansIOProtocol):
    page: Any = None  # the Connection, once it is attached
    fast_path: int | None = None

    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        self.logger = self.conn.logger = logger

    def handle_connect(self, event):
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][DIRECT] = self  # type: ignore[assignment]  # not one of ASGI's extensions

    def attach(self, page):
        """Hands further messages to `page`; the connection outlives the ASGI application."""
        self.page = page
        self.close_timer = KeepOpen  # type: ignore[assignment]  # uvicorn only cancels it
        socket = self.transport.get_extra_info("socket")
        socket.setsockopt(SOL_SOCKET, SO_SNDBUF, IN_KERNEL)
        self._socket = socket.fileno()
        self._is_plain = self.transport.get_extra_info("sslcontext") is None
        self.fast_path = self._socket if self._is_plain else None
        while not self.queue.empty():
            page.receive(self.queue.get_nowait())
        if self.read_paused:
            self.transport.resume_reading()
        self.queue, self.writable = ReceiveQueue(page), Unused  # type: ignore[assignment]  # uvicorn calls only these methods
        del self.scope, self.request, self.response  # a third of the memory of an idle page

    # --- The send buffer ---

    @property
    def is_closed(self):
        return self.close_sent or self.transport.is_closing()

    def push(self, text):
        """Writes as much as the kernel accepts; the transport buffers the rest, up to BACKLOG."""
        frame = frame_of(text)
        if self.is_closed:
            return
        if self._is_plain and not self.transport.get_write_buffer_size():
            if self.fast_path is None:
                self._set_fast_path(self._socket)
            write_frame(self._socket, frame, self.page)
        else:
            self.keep(frame)

    def keep(self, rest):
        """Buffers the rest of a frame that the socket has not accepted, and all frames after it."""
        waiting = self.transport.get_write_buffer_size()
        if waiting and waiting + len(rest) > BACKLOG:
            self.page.disconnect_for_resync()
            return
        self.transport.write(rest)
        self._set_fast_path(None)

    def backlog(self):
        """(waiting frames, waiting bytes); the transport joins several frames into one."""
        size = self.transport.get_write_buffer_size()
        return bool(size), size

    def _set_fast_path(self, fast_path):
        self.fast_path = fast_path
        self.page.refresh_route()

    def close(self, code):
        if not self.is_closed:
            self.close_with(code)

    def abandon(self):
        self.page = None

    def run(self, coroutine):
        """Starts a task that the server waits for before it stops."""
        task = self.loop.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def drained(self, patience):
        async with asyncio.timeout(patience):
            while not self.is_closed and self.transport.get_write_buffer_size():
                await asyncio.sleep(POLL)

    # --- What uvicorn calls ---

    def send_receive_event_to_app(self):
        if self.page is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if self.curr_msg_data_type != "text":
            self.page.receive({"type": "websocket.receive", "bytes": data})
            return
        try:
            self.page.receive({"type": "websocket.receive", "text": data.decode()})
        except UnicodeDecodeError:
            self.close(NOT_UTF8)

    def refuse(self):
        if self.page is None:
            super().refuse()
        else:
            self.page.close(TOO_FAST)


class ReceiveQueue:
    """Replaces the queue that an ASGI application reads: hands each message to the page."""

    __slots__ = ("page",)

    def __init__(self, page):
        self.page = page

    def put_nowait(self, message):
        self.page.receive(message)
