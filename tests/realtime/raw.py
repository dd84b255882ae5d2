"""A page on a real server whose every byte is the test's own."""

import contextlib
import socket
import threading

from .book import CLOSE, PONG, frame

HANDSHAKE = """GET /ws/ HTTP/1.1\r
Host: 127.0.0.1:{port}\r
Origin: http://127.0.0.1:{port}\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
Sec-WebSocket-Extensions: permessage-deflate\r
\r
"""


class RawPage:
    """With `room`, the bytes that it takes in before it reads (SO_RCVBUF)."""

    def __init__(self, server, room=None):
        self.sock = socket.socket()
        self.sock.settimeout(10)
        # or each case would wait for an acknowledgement
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if room:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.sock.connect(("127.0.0.1", server.port))
        self.send(HANDSHAKE.format(port=server.port).encode())
        self.stream = self.sock.makefile("rb")
        self.accepted = self.stream.readline().startswith(b"HTTP/1.1 101")
        while self.stream.readline().strip():
            pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.stream.close()
        self.sock.close()

    def send(self, data):
        # the other side may have closed meanwhile, or read no more
        with contextlib.suppress(OSError):
            self.sock.sendall(data)

    def send_in_background(self, data):
        """Sends from another thread, so that answers are read meanwhile; stops if it is refused."""
        threading.Thread(target=self.send, args=(data,), daemon=True).start()

    def pongs_and_code(self):
        """How many pongs come until the end, and with which close code it comes, or None."""
        pongs, code = 0, None
        with contextlib.suppress(ConnectionError, TimeoutError):
            while heard := self.next_frame():
                pongs += heard[0] == PONG
                if heard[0] == CLOSE:
                    code = int.from_bytes(heard[1][:2]) or None
                    break
        return pongs, code

    def stop_sending(self):
        """Says no more, and goes on to listen."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def next_frame(self):
        """(kind, data) of the next frame, or None when the connection has ended."""
        with contextlib.suppress(ConnectionError):
            if head := self.stream.read(2):
                size = head[1]
                if size > 125:
                    size = int.from_bytes(self.stream.read({126: 2, 127: 8}[size]))
                return head[0] & 0xF, self.stream.read(size)
        return None

    def ends(self):
        """The server's close code, or None; answers pings and the close as a browser does."""
        while (heard := self.next_frame()) and heard[0] != CLOSE:
            pass
        if heard:
            self.send(frame(CLOSE, heard[1]))
            while self.next_frame():
                pass
        return int.from_bytes(heard[1][:2]) if heard and heard[1] else None
