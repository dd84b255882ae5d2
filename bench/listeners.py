"""Lightweight models of pages that wait for posts in a topic, by polling or a socket."""

import asyncio
import gzip
import json
import time
from urllib.parse import urlencode

from websockets.asyncio.client import connect

HEADERS = (
    "Host: {host}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like"
    " Gecko) Chrome/156.0.0.0 Safari/537.36\r\nAccept: */*\r\nAccept-Encoding: gzip,"
    " deflate\r\nAccept-Language: en\r\nReferer:"
    " http://{host}/t/1-how-quick-is-it/\r\nX-Forwarded-For: {address}\r\n"
)


class Tally:
    """Totals of all pages: requests, bytes in both directions, and (post number, time received)."""

    def __init__(self):
        self.requests, self.bytes, self.seen = 0, 0, []

    def see(self, events):
        now = time.monotonic()
        self.seen += [(event["post"]["number"], now) for event in events if event.get("post")]


class Page:
    """`host` is name:port; `topic` is the content of its watch message."""

    def __init__(self, host, topic, number, tally):
        self.host, self.topic, self.tally = host, dict(topic), tally
        self.address = f"10.0.{number // 250}.{number % 250 + 1}"

    async def poll(self, every):
        await self._poll_repeatedly(0, every)

    async def long_poll(self):
        await self._poll_repeatedly(25, 0.5)

    async def listen(self):
        headers = {"X-Forwarded-For": self.address}
        address = f"ws://{self.host}/ws/"
        async with connect(
            address,
            origin=f"http://{self.host}",
            additional_headers=headers,
            compression=None,
            open_timeout=60,
        ) as socket:
            await socket.send(json.dumps({"type": "watch", **self.topic}))
            async for text in socket:
                self._count(0, len(text.encode()) + 4)
                message = json.loads(text)
                self.tally.see(
                    [message] if message["type"] == "post_update" else message.get("events", [])
                )
                if message["type"] == "heartbeat":
                    await socket.send('{"type":"pong"}')
                    self._count(0, 21)

    async def _poll_repeatedly(self, wait, rest):
        """Poll over one connection until the server closes it, then over another, like browsers."""
        while True:
            reader, writer = await asyncio.open_connection(*self.host.split(":"))
            try:
                while True:
                    answer = await self._request(reader, writer, wait)
                    self.tally.see(answer["events"])
                    self.topic["change"] = answer["change"]
                    await asyncio.sleep(rest)
            except (ConnectionError, asyncio.IncompleteReadError):
                continue
            finally:
                writer.close()

    async def _request(self, reader, writer, wait):
        query = urlencode({"wait": wait, "watch": json.dumps({"type": "watch", **self.topic})})
        headers = HEADERS.format(host=self.host, address=self.address)
        request = f"GET /live/feed?{query} HTTP/1.1\r\n{headers}\r\n".encode()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(
            line.lower().split(": ", 1) for line in head.decode().strip().split("\r\n")[1:]
        )
        body = await reader.readexactly(int(fields["content-length"]))
        self._count(1, len(request) + len(head) + len(body))
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"A page was refused: {head[:200]} {body[:200]}")
        text = gzip.decompress(body) if fields.get("content-encoding") == "gzip" else body
        return (json.loads(text)["answers"] or [{"events": [], "change": self.topic["change"]}])[0]

    def _count(self, requests, size):
        self.tally.requests += requests
        self.tally.bytes += size
