"""uvicorn's WebSocket protocol with limits on input, send buffer and waiting."""

import socket
from functools import cache
from http import HTTPStatus

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.server import ServerProtocol

from forum.serving.intake import Intake

TOO_FAST = 1008
CLOSING = 10  # seconds for a client to read pending output before the connection is aborted
UNREAD = 30  # seconds after which the kernel drops a client that does not read
# Bytes; a client that leaves more unread gets no pongs, which RFC 6455, 5.5.3 allows.
MAX_UNREAD = 16 * 1024


class Refusing(ServerProtocol):
    """Adds our security headers to refused handshakes."""

    def reject(self, status, text):
        # Needs settings, which are not configured when this module is imported.
        from forum.serving.security_headers import HEADERS

        response = super().reject(status, text)
        response.headers.update(HEADERS)
        return response


class Bounded(WebSocketsSansIOProtocol):
    """Goes before subclasses of uvicorn's protocol (0.54)."""

    intake = None

    def connection_made(self, transport):
        super().connection_made(transport)
        self.conn.__class__ = Refusing  # uvicorn offers no way to choose the class
        connection = transport.get_extra_info("socket")
        if connection.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD * 1000)

    def data_received(self, data):
        if self.intake is None:
            self.intake = Intake(self)
            super().data_received(data)  # the request head, passed on by the HTTP connection
            if not self.handshake_initiated:
                self.refuse_handshake()
        else:
            self.intake.take(data)

    def refuse_handshake(self):
        """Send the response of `websockets` to an invalid handshake, which uvicorn omits."""
        answer = b"".join(self.conn.data_to_send())
        self.transport.write(answer or self.conn.reject(HTTPStatus.BAD_REQUEST, "").serialize())
        self.transport.close()

    def handle_ping(self):
        if self.transport.get_write_buffer_size() > MAX_UNREAD:
            self.conn.data_to_send()
        else:
            super().handle_ping()

    # --- The interface that Intake requires ---

    def parse(self, data):
        super().data_received(data)
        if self.transport.is_closing():
            self.loop.call_later(CLOSING, self.transport.abort)

    def pause(self):
        self.transport.pause_reading()

    def resume(self):
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def is_ending(self):
        return self.transport.is_closing()

    def later(self, seconds, call):
        if seconds:
            self.loop.call_later(seconds, call)
        else:
            self.loop.call_soon(call)

    def refuse(self):
        if not self.handshake_complete:
            self.transport.abort()
        elif not self.close_sent:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": TOO_FAST})
            self.close_with(TOO_FAST)

    def close_with(self, code):
        try:
            self.conn.send_close(code)
        except InvalidState:
            return  # the client has already closed
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(CLOSING, self.transport.abort)


@cache
def bounded(protocol):
    """A subclass of `protocol` with Bounded mixed in, or `protocol` if that isn't possible."""
    if issubclass(protocol, Bounded) or not issubclass(protocol, WebSocketsSansIOProtocol):
        return protocol
    return type(f"Bounded{protocol.__name__}", (Bounded, protocol), {})
