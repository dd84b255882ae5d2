"""A small TCP proxy between browser and server, for everything that networks do to people."""

import contextlib
import selectors
import socket
import threading

REFUSAL = b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Listens on `port`. Modes: `pass_on`; `cut` (connections break, new ones are refused); `hang` (nothing gets
    through and nobody is told); `without_sockets` (pages pass, WebSockets are refused)."""

    def __init__(self, target_port):
        self.target_port = target_port
        self.mode = "pass"
        self.pairs = {}  # socket -> its other end
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
            for key, _events in self.selector.select(0.1):
                if key.fileobj is self.wakened:
                    self.wakened.recv(64)
                elif key.fileobj is self.listener:
                    self._accept()
                elif key.fileobj in self.pairs and self.mode != "hang":
                    self._forward(key.fileobj)
            if self.mode == "cut":
                for end in list(self.pairs):
                    self._drop(end)

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
            self.selector.register(end, selectors.EVENT_READ)

    def _forward(self, end):
        try:
            data = end.recv(65536)
            if data and self.mode == "without sockets" and data.startswith(b"GET /ws/"):
                end.sendall(REFUSAL)
                data = b""
            if data:
                self.pairs[end].sendall(data)
                return
        except OSError:
            pass
        self._drop(end)

    def _drop(self, end):
        other = self.pairs.pop(end, None)
        for one in filter(None, (end, other)):
            self.pairs.pop(one, None)
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(one)
            one.close()
