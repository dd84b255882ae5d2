"""A WebSocket for pages by the thousand: what a page needs of RFC 6455, and nothing else.

The server's conduct is put to the test with a library's socket and with bytes of our own
(tests/realtime); here it is given that it sends whole frames of text, and closes.
"""

import asyncio
import urllib.parse
from collections import deque

from tests.realtime.book import CLOSE, PING, PONG, TEXT, frame

HANDSHAKE = """GET /ws/ HTTP/1.1\r
Host: {host}\r
Origin: {origin}\r
Cookie: {cookie}\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
\r
"""
OPENING = 10.0  # seconds, as in connection.js
NO_MASK = b"\0\0\0\0"
GONE = 1006


class Closed(ConnectionError):
    """With `code`, the server's, or 1006 where it gave none."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


async def connect(address, session=""):
    """An open Socket. Raises OSError where there is none to be had."""
    parts = urllib.parse.urlsplit(address)
    cookie = f"sessionid={session}"
    async with asyncio.timeout(OPENING):
        _, socket = await asyncio.get_running_loop().create_connection(
            Socket, parts.hostname, parts.port
        )
        try:
            socket.transport.write(
                HANDSHAKE.format(host=parts.netloc, origin=address, cookie=cookie).encode()
            )
            await socket.accepted
        except BaseException:
            socket.transport.abort()
            raise
    return socket


class Socket(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.loop = asyncio.get_running_loop()
        self.accepted, self.waiting = self.loop.create_future(), None
        self.data, self.texts, self.code = bytearray(), deque(), None

    def data_received(self, data):
        self.data += data
        if not self.accepted.done():
            head, separator, rest = bytes(self.data).partition(b"\r\n\r\n")
            if not separator:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.transport.abort()
                return
            self.accepted.set_result(None)
            self.data = bytearray(rest)
        while self.take():
            pass

    def take(self):
        """Whether there was a whole frame."""
        if len(self.data) < 2:
            return False
        start, size = 2, self.data[1]
        if size > 125:
            start += {126: 2, 127: 8}[size]
            size = int.from_bytes(self.data[2:start])
        if len(self.data) < start + size:
            return False
        kind, payload = self.data[0] & 0xF, bytes(self.data[start : start + size])
        del self.data[: start + size]
        if kind == TEXT:
            self.texts.append(payload)
            self.wake()
        elif kind == PING:
            self.transport.write(frame(PONG, payload, mask=NO_MASK))
        elif kind == CLOSE:
            self.code = int.from_bytes(payload[:2]) or GONE
            self.transport.write(frame(CLOSE, payload, mask=NO_MASK))
            self.transport.close()
            self.wake()
        return True

    def connection_lost(self, error):
        self.code = self.code or GONE
        if not self.accepted.done():
            self.accepted.set_exception(Closed(self.code))
        self.wake()

    def wake(self):
        if self.waiting and not self.waiting.done():
            self.waiting.set_result(None)

    async def recv(self):
        """The bytes of the next text. Raises Closed after the last."""
        while not self.texts:
            if self.code:
                raise Closed(self.code)
            self.waiting = self.loop.create_future()
            await self.waiting
        return self.texts.popleft()

    def send(self, text):
        if self.code:
            raise Closed(self.code)
        self.transport.write(frame(TEXT, text, mask=NO_MASK))

    def close(self):
        if self.transport.is_closing():
            return
        self.transport.write(frame(CLOSE, (1000).to_bytes(2), mask=NO_MASK))
        self.transport.close()
