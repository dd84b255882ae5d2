"""The bodies of requests: read whole as soon as they are asked for, bounded in size, time and room.

Of the bodies of one network that are not complete, the one that began first makes room. So clients
that leave theirs incomplete keep nobody from sending a form, even where all come from one address,
a proxy's that nobody trusts.
"""

import asyncio
import time
from io import BytesIO

from django.conf import settings
from django.core.exceptions import RequestAborted

from forum.serving.client_address import client_address, network_of
from forum.serving.refusals import Refused

# a body has so many seconds, and one more for each of so many bytes that have come
GRACE, SLOWEST = 10, 1000
HELD = 8 * 2**20  # bytes of bodies that are not complete, of one network in one process


class Body:
    """Of one request."""

    def __init__(self, scope, receive):
        self._scope, self._receive, self._was_read = scope, receive, False
        self._waiting, self._room, self._has_lost_room = None, None, False
        try:
            self.is_complete = not announces_body(scope["headers"])
        except ValueError:
            self.is_complete = False

    async def receive(self):
        """As a server's. After the body only the end of the connection is left to come."""
        if self._was_read:
            return await self._receive()
        self._was_read = True
        return {"type": "http.request", "body": await self._read(), "more_body": False}

    async def _read(self):
        started, body = time.monotonic(), BytesIO()
        try:
            while not self.is_complete:
                message = await self._next(started + GRACE + body.tell() / SLOWEST)
                if message["type"] == "http.disconnect":
                    raise RequestAborted
                part = message.get("body", b"")
                if body.tell() + len(part) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                    raise Refused(413)
                body.write(part)
                self.is_complete = not message.get("more_body", False)
                if not self.is_complete:
                    self._room = self._room or Room.of(network_of(client_address(self._scope)))
                    self._room.take(self, len(part))
        finally:
            if self._room:
                self._room.give_back(self)
        return body.getvalue()

    async def _next(self, deadline):
        try:
            async with asyncio.timeout(max(0, deadline - time.monotonic())) as self._waiting:
                if self._has_lost_room:
                    raise Refused(408)
                return await self._receive()
        except TimeoutError as error:
            raise Refused(408) from error
        finally:
            self._waiting = None

    def lose_room(self):
        self._room, self._has_lost_room = None, True
        if self._waiting and not self._waiting.expired():
            self._waiting.reschedule(asyncio.get_running_loop().time())


class Room:
    """What the incomplete bodies of one network take, in the order in which they began."""

    rooms: "dict[object, Room]" = {}  # by network

    @classmethod
    def of(cls, network):
        return cls.rooms.setdefault(network, cls(network))

    def __init__(self, network):
        self._network, self._sizes, self.taken = network, {}, 0

    def take(self, body, size):
        self._sizes[body] = self._sizes.get(body, 0) + size
        self.taken += size
        while self.taken > HELD:
            first = next(iter(self._sizes))  # perhaps this one
            self.give_back(first)
            first.lose_room()

    def give_back(self, body):
        self.taken -= self._sizes.pop(body, 0)
        if not self._sizes:
            del self.rooms[self._network]


def announces_body(headers):
    return bool(valued(headers, b"transfer-encoding")) or any(
        map(int, valued(headers, b"content-length"))
    )


def valued(headers, wanted):
    return [value for name, value in headers if name == wanted]
