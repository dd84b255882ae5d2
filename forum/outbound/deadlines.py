"""Ends a connection at a deadline: time limits of sockets are for each read, not for them all."""

import os
import socket
from contextlib import suppress
from threading import Timer


class Deadline:
    """Shuts a connected socket down after some seconds, unless it is cancelled before."""

    def __init__(self, connection, seconds):
        # A second socket for the same connection, usable after TLS has wrapped the first one.
        self._second = socket.socket(fileno=os.dup(connection.fileno()))
        self._timer = Timer(max(seconds, 0), self._shut_down)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self):
        self._timer.cancel()
        self._second.close()

    def _shut_down(self):
        with suppress(OSError):  # already closed
            self._second.shutdown(socket.SHUT_RDWR)
