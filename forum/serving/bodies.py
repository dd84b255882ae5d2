"""Request bodies: buffered whole, with limits on size, time and memory.

Incomplete bodies of one network share a memory budget; when it is used up, the oldest one is
evicted. So clients that never complete theirs keep nobody from sending a form, even if all
requests come from one address, that of a proxy which isn't trusted.
"""

import asyncio
import time
from io import BytesIO

from django.conf import settings
from django.core.exceptions import RequestAborted

from forum.serving.client_address import client_address, network_of
from forum.serving.refusals import Refused

# A body may take GRACE seconds, and one more for every MIN_RATE bytes received.
GRACE, MIN_RATE = 10, 1000
MAX_BUFFERED = 8 * 2**20  # bytes of incomplete bodies per network and process


class Body:
    """The body of one request."""

    def __init__(self, scope, receive):
        self._scope, self._receive, self._was_read = scope, receive, False
        self._waiting, self._budget, self._was_evicted = None, None, False
        try:
            self.is_complete = not has_body(scope["headers"])
        except ValueError:
            self.is_complete = False

    async def receive(self):
        """An ASGI `receive` that returns the whole body at once, and then only disconnects.

        Raises Refused (408, 413) and RequestAborted.
        """
        if self._was_read:
            return await self._receive()
        self._was_read = True
        return {"type": "http.request", "body": await self._read(), "more_body": False}

    async def _read(self):
        started, body = time.monotonic(), BytesIO()
        try:
            while not self.is_complete:
                message = await self._next(started + GRACE + body.tell() / MIN_RATE)
                if message["type"] == "http.disconnect":
                    raise RequestAborted
                part = message.get("body", b"")
                if body.tell() + len(part) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                    raise Refused(413)
                body.write(part)
                self.is_complete = not message.get("more_body", False)
                if not self.is_complete:
                    self._budget = self._budget or BufferBudget.of(
                        network_of(client_address(self._scope))
                    )
                    self._budget.take(self, len(part))
        finally:
            if self._budget:
                self._budget.release(self)
        return body.getvalue()

    async def _next(self, deadline):
        try:
            async with asyncio.timeout(max(0, deadline - time.monotonic())) as self._waiting:
                if self._was_evicted:
                    raise Refused(408)
                return await self._receive()
        except TimeoutError as error:
            raise Refused(408) from error
        finally:
            self._waiting = None

    def evict(self):
        self._budget, self._was_evicted = None, True
        if self._waiting and not self._waiting.expired():
            self._waiting.reschedule(asyncio.get_running_loop().time())


class BufferBudget:
    """The memory used by the incomplete bodies of one network, in the order of their start."""

    by_network: "dict[object, BufferBudget]" = {}  # by network

    @classmethod
    def of(cls, network):
        return cls.by_network.setdefault(network, cls(network))

    def __init__(self, network):
        self._network, self._sizes, self.taken = network, {}, 0

    def take(self, body, size):
        self._sizes[body] = self._sizes.get(body, 0) + size
        self.taken += size
        while self.taken > MAX_BUFFERED:
            oldest = next(iter(self._sizes))  # may be `body` itself
            self.release(oldest)
            oldest.evict()

    def release(self, body):
        self.taken -= self._sizes.pop(body, 0)
        if not self._sizes:
            del self.by_network[self._network]


def has_body(headers):
    return bool(header_values(headers, b"transfer-encoding")) or any(
        map(int, header_values(headers, b"content-length"))
    )


def header_values(headers, wanted):
    return [value for name, value in headers if name == wanted]
