"""Request bodies: buffered whole, with limits on size, time and memory.

Incomplete bodies of one network share a budget; when it is used up, the oldest one is evicted.
Those with files, which are kept on disk until they are complete, have a larger budget of their own.
So clients that never complete theirs keep nobody from sending a form, even if all requests come
from one address, that of a proxy which isn't trusted.
"""

import asyncio
import re
import time
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.core.exceptions import RequestAborted

from forum.serving.client_address import client_address, network_of
from forum.serving.refusals import Refused

# A body may take GRACE seconds, and one more for every MIN_RATE bytes received.
GRACE, MIN_RATE = 10, 1000
MAX_BUFFERED = 8 * 2**20  # bytes of incomplete bodies per network and process
LARGE_BODIES = 4  # incomplete ones with files, of the largest size, per network and process
UPLOADS = re.compile(settings.UPLOAD_PATHS)


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
        started, limit = time.monotonic(), limit_of(self._scope)
        body = SpooledTemporaryFile(settings.MAX_BODY)  # noqa: SIM115 - closed below
        try:
            while not self.is_complete:
                message = await self._next(started + GRACE + body.tell() / MIN_RATE)
                if message["type"] == "http.disconnect":
                    raise RequestAborted
                part = message.get("body", b"")
                if body.tell() + len(part) > limit:
                    raise Refused(413)
                body.write(part)
                self.is_complete = not message.get("more_body", False)
                if not self.is_complete:
                    self._budget = self._budget or BufferBudget.of(
                        network_of(client_address(self._scope)), limit > settings.MAX_BODY
                    )
                    self._budget.take(self, len(part))
            body.seek(0)
            return body.read()
        finally:
            body.close()
            if self._budget:
                self._budget.release(self)

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
    """The room taken by the incomplete bodies of one network, in the order of their start."""

    by_network: "dict[object, BufferBudget]" = {}  # by network, and whether they are large

    @classmethod
    def of(cls, network, is_large):
        return cls.by_network.setdefault((network, is_large), cls(network, is_large))

    def __init__(self, network, is_large):
        self._key, self._sizes, self.taken = (network, is_large), {}, 0
        self._room = (
            LARGE_BODIES * settings.DATA_UPLOAD_MAX_MEMORY_SIZE if is_large else MAX_BUFFERED
        )

    def take(self, body, size):
        self._sizes[body] = self._sizes.get(body, 0) + size
        self.taken += size
        while self.taken > self._room:
            oldest = next(iter(self._sizes))  # may be `body` itself
            self.release(oldest)
            oldest.evict()

    def release(self, body):
        self.taken -= self._sizes.pop(body, 0)
        if not self._sizes:
            del self.by_network[self._key]


def limit_of(scope):
    """Bytes that the body may have: more only for forms with files, sent with a session."""
    headers = scope["headers"]
    is_form = any(
        kind.startswith(b"multipart/form-data") for kind in header_values(headers, b"content-type")
    )
    session = f"{settings.SESSION_COOKIE_NAME}=".encode()
    has_session = any(session in cookies for cookies in header_values(headers, b"cookie"))
    if is_form and has_session and UPLOADS.fullmatch(scope["path"]):
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return settings.MAX_BODY


def has_body(headers):
    return bool(header_values(headers, b"transfer-encoding")) or any(
        map(int, header_values(headers, b"content-length"))
    )


def header_values(headers, wanted):
    return [value for name, value in headers if name == wanted]
