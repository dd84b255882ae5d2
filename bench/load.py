"""A small HTTP load generator with persistent connections that reads every byte.

Requests are bytes made by `get` and `post`. `load` sends them and measures each.
"""

import asyncio
import re
import time
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlencode, urlsplit

import uvloop

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.I)
ETAG = re.compile(rb"\r\netag: *([^\r]+)", re.I)


@dataclass
class Load:
    """The result: milliseconds per request, seconds in all, unexpected responses, last response."""

    times: list = field(default_factory=list)
    seconds: float = 0
    failed: int = 0
    status: int = 0
    etag: bytes = b""
    body: bytes = b""


def get(path, cookie="", etag=b""):
    unchanged = f"If-None-Match: {etag.decode()}\r\n" if etag else ""
    return _request("GET", path, cookie, unchanged)


def post(path, fields, cookie=""):
    body = urlencode(fields)
    described = (
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    )
    return _request("POST", path, cookie, described) + body.encode()


def _request(method, path, cookie, more):
    cookie = f"Cookie: {cookie}\r\n" if cookie else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding:"
        f" gzip\r\n{cookie}{more}\r\n".encode()
    )


def load(address, requests, seconds, at_once=1, around=None, warm_up=5):
    """Send from the iterator `requests` for so many seconds, or until it ends.

    Uses `at_once` connections; each first sends `warm_up` requests that don't count. `around` is
    called just before and just after those that do. Returns a Load.
    """
    return uvloop.run(_load(address, requests, seconds, at_once, around or (lambda: None), warm_up))


async def _load(address, requests, seconds, at_once, around, warm_up):
    result = Load()
    connections = [await Connection.to(address) for _ in range(at_once)]
    await asyncio.gather(
        *(_warm_up(connection, islice(requests, warm_up)) for connection in connections)
    )
    around()
    started = time.perf_counter()
    visitors = (
        _visit(connection, requests, started + seconds, result) for connection in connections
    )
    await asyncio.gather(*visitors)
    result.seconds = time.perf_counter() - started
    around()
    for connection in connections:
        connection.writer.close()
    return result


async def _warm_up(connection, requests):
    for request in requests:
        await connection.visit(request, Load())


async def _visit(connection, requests, until, result):
    for request in requests:
        before = time.perf_counter()
        await connection.visit(request, result)
        after = time.perf_counter()
        result.times.append((after - before) * 1000)
        if after > until:
            return


class Connection:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, address):
        where = urlsplit(address)
        return cls(*await asyncio.open_connection(where.hostname, where.port, limit=2**20))

    async def visit(self, request, result):
        """Send a request; follow redirects unless it is a POST."""
        head, body = await self.ask(request)
        sending, status = request.startswith(b"POST"), int(head[9:12])
        while status in (301, 302) and not sending:
            request = (
                b"GET "
                + LOCATION.search(head)[1].partition(b"#")[0]
                + request[request.index(b" HTTP/1.1") :]
            )
            head, body = await self.ask(request)
            status = int(head[9:12])
        result.failed += status not in ((302,) if sending else (200, 304))
        result.status, result.body = status, body
        etag = ETAG.search(head)
        result.etag = etag[1] if etag else b""

    async def ask(self, request):
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length:
            return head, await self.reader.readexactly(int(length[1]))
        return head, b"" if head[9:12] == b"304" else await self._chunks()

    async def _chunks(self):
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readline()
        return body
