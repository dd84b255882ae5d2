"""A small TCP proxy between browser and server that simulates network failures."""

import contextlib
import selectors
import socket
import threading
import time

REFUSAL = b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Listens on `port`; `sockets` is how many WebSockets are open through it. Modes:

    pass_on             everything passes
    cut                 connections break, new ones are refused
    hang                nothing gets through, without an error
    without_sockets     pages pass, WebSockets are refused
    buffer              responses are held until they are complete, so a WebSocket opens but
                        delivers nothing
    cut_idle(seconds)   connections without traffic for so long break, WebSockets are refused
    """

    def __init__(self, target_port):
        self.target_port = target_port
        self.mode = "pass"
        self.pairs = {}  # socket -> its other end
        self.upgraded = set()  # ends of WebSockets
        self.held = {}  # end -> data held until the response is complete
        self.spoken = {}  # end -> when data passed last
        self.patience = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.waker, self.wakened = socket.socketpair()
        self.selector.register(self.wakened, selectors.EVENT_READ)
        self.running = True
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def pass_on(self):
        self._become("pass")

    def cut(self):
        self._become("cut")

    def hang(self):
        self._become("hang")

    def without_sockets(self):
        self._become("without sockets")

    def buffer(self):
        self._become("buffer")

    def cut_idle(self, seconds):
        self.patience = seconds
        self._become("cut idle")

    @property
    def sockets(self):
        return len(self.upgraded) // 2

    def close(self):
        self.running = False
        self.waker.send(b"x")
        self.thread.join()
        for end in [*self.pairs, self.listener, self.waker, self.wakened]:
            end.close()

    def _become(self, mode):
        self.mode = mode
        self.waker.send(b"x")

    def _run(self):
        while self.running:
            if self.mode == "hang":
                # until another mode: select would report unread data again and again
                self.wakened.recv(64)
                continue
            for key, _events in self.selector.select(self._rest()):
                if key.fileobj is self.wakened:
                    self.wakened.recv(64)
                elif key.fileobj is self.listener:
                    self._accept()
                elif key.fileobj in self.pairs:
                    self._forward(key.fileobj)
            if self.mode != "buffer":
                self._let_go_of_what_is_held()
            if self.mode in ("cut", "cut idle"):
                now = time.monotonic()
                for end in [
                    end for end in self.pairs if self.mode == "cut" or self._is_idle(end, now)
                ]:
                    self._drop(end)

    def _rest(self):
        """Seconds until there may be something to do that no socket tells of."""
        return 0.1

    def _is_idle(self, end, now):
        return all(
            now - self.spoken[one] > self.patience
            for one in (end, self.pairs.get(end))
            if one in self.spoken
        )

    def _accept(self):
        client, _address = self.listener.accept()
        if self.mode == "cut":
            client.close()
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port), 5)
        except OSError:
            client.close()
            return
        for end, other in ((client, server), (server, client)):
            self.pairs[end] = other
            self.spoken[end] = time.monotonic()
            self.selector.register(end, selectors.EVENT_READ)

    def _forward(self, end):
        try:
            data = end.recv(65536)
            self.spoken[end] = time.monotonic()
            if data.startswith(b"GET /ws/"):
                if self.mode in ("without sockets", "cut idle"):
                    end.sendall(REFUSAL)
                    data = b""
                else:
                    self.upgraded |= {end, self.pairs[end]}
            if data:
                self.pairs[end].sendall(
                    self._kept_back(end, data) if self.mode == "buffer" else data
                )
                return
        except OSError:
            pass
        self._drop(end)

    def _kept_back(self, end, data):
        """The part of a response to pass on: all once it is complete, and a handshake's."""
        if data.startswith(b"HTTP/1.1 101"):
            self.held[end] = b""
        elif end in self.held or b"chunked" in data.partition(b"\r\n\r\n")[0].lower():
            self.held[end] = self.held.get(end, b"") + data
            data = b""
            if end not in self.upgraded and self.held[end].endswith(b"0\r\n\r\n"):
                data = self.held.pop(end)
        return data

    def _let_go_of_what_is_held(self):
        while self.held:
            end, data = self.held.popitem()
            with contextlib.suppress(OSError):
                self.pairs[end].sendall(data)

    def _drop(self, end):
        other = self.pairs.pop(end, None)
        self.upgraded -= {end, other}
        for one in filter(None, (end, other)):
            self.pairs.pop(one, None)
            self.held.pop(one, None)
            self.spoken.pop(one, None)
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(one)
            one.close()
