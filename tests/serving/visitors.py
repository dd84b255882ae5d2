"""Somebody who asks the ASGI application as a server would, without one."""

import asyncio
import gzip
from typing import NamedTuple

import brotli

from tests.browser.people import session_cookie

HOST = b"testserver"
DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return DECODERS[self.headers.get("content-encoding")](self.body).decode()


class Visitor:
    """A guest, or `user` with a session of theirs. Headers are given by name with underscores."""

    def __init__(self, application, user=None, client="127.0.0.1", **headers):
        self.application, self.client, self.headers = application, client, headers
        if user:
            self.headers["cookie"] = (
                f"sessionid={session_cookie(user, 'http://testserver')['value']}"
            )

    def gets(self, address, **headers):
        return self.asks("GET", address, **headers)

    def gets_at_once(self, times, address):
        """The answers to as many requests at the same moment."""

        async def all_of_them():
            return await asyncio.gather(
                *(self._answer(self._scope("GET", address)) for _ in range(times))
            )

        return asyncio.run(all_of_them())

    def asks(self, method, address, **headers):
        return asyncio.run(self._answer(self._scope(method, address, **headers)))

    def posts(self, address, body, **headers):
        sent = {
            "content_type": "application/x-www-form-urlencoded",
            "content_length": str(len(body)),
            **headers,
        }
        return asyncio.run(self._answer(self._scope("POST", address, **sent), body))

    def _scope(self, method, address, **headers):
        path, _, query = address.partition("?")
        named = {"host": HOST.decode(), **self.headers, **headers}
        return {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in named.items()
            ],
            "client": (self.client, 1),
            "server": ("testserver", 80),
        }

    async def _answer(self, scope, body=b""):
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        await self.application(scope, receive, send)
        start, *parts = sent
        headers = {
            name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]
        }
        return Answer(start["status"], headers, b"".join(part.get("body", b"") for part in parts))
