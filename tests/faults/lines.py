"""What lies between pages and a server, when networks do their worst."""

import contextlib
import socket
import struct

from tests.proxy import Proxy

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


class Line(Proxy):
    """In addition: `reset`, connections are reset in the middle of what they bring."""

    def reset(self):
        self._become("reset")

    def _forward(self, end):
        if self.mode != "reset":
            super()._forward(end)
            return
        other = self.pairs[end]
        with contextlib.suppress(OSError):
            data = end.recv(65536)
            other.sendall(data[: len(data) // 2])
        for one in (end, other):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self._drop(end)
