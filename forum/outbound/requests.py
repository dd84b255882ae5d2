"""Sends one request to an address that a member has entered, and reads the beginning of the answer.

Redirects are not followed: where they lead is checked by nobody.
"""

import http.client
import socket
import ssl
import time
from dataclasses import dataclass
from email.message import Message
from functools import cache

from .deadlines import Deadline
from .guard import PORTS, Unreachable, resolve, target_of

SECONDS = 5  # for everything, from asking the name server to the last byte
MOST = 1024  # bytes of the answer that are read


@dataclass(frozen=True)
class Answer:
    """headers: by name, in any case. body: its beginning, and not decompressed."""

    status: int
    headers: Message
    body: bytes


def send(method, address, headers=(), body=b"", *, seconds=SECONDS, most=MOST):
    """The Answer to a request. Raises Forbidden and Unreachable (guard.py)."""
    target, until = target_of(address), time.monotonic() + seconds
    connection = Connection(target, until)
    try:
        connection.request(method, target.path, body or None, dict(headers))
        response = connection.getresponse()
        connection.left()  # a deadline among the headers looks like their end
        return Answer(response.status, response.headers, response.read(most))
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, Unreachable):
            raise
        late = "too late" if time.monotonic() >= until else str(error) or type(error).__name__
        raise Unreachable(f"{target.host}: {late}") from error
    finally:
        connection.close()


class Connection(http.client.HTTPConnection):
    """To an address that was checked, with a deadline for all of it."""

    deadline = None

    def __init__(self, target, until):
        super().__init__(target.host, target.port)
        self.default_port = PORTS[target.scheme]  # not in the Host header
        self.target, self.until = target, until

    def connect(self):
        self.sock = connected(resolve(self.target, self.left()), self.left)
        self.deadline = Deadline(self.sock, self.left())
        if self.target.scheme == "https":
            self.sock = tls().wrap_socket(self.sock, server_hostname=self.target.host)

    def left(self):
        left = self.until - time.monotonic()
        if left <= 0:
            raise Unreachable(f"{self.target.host}: too late")
        return left

    def close(self):
        super().close()
        if self.deadline:
            self.deadline.cancel()


def connected(addresses, left):
    """A socket that is connected to the first of these addresses that takes it."""
    failure: OSError = Unreachable("It has no address.")
    for arguments, address in addresses:
        connection = socket.socket(*arguments)
        try:
            connection.settimeout(left())
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


@cache
def tls():
    return ssl.create_default_context()
