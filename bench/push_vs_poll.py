"""Push versus polling: the cost of open pages of one topic, and the delay until they have a post.

    python -m bench.push_vs_poll                10 and 100 pages, briefly
    python -m bench.push_vs_poll 10 100 1000    longer, and draws docs/images/push-vs-poll.svg

Pages are modelled in this process; the server is one process of ours on SQLite. A member posts by
form every three seconds. Counts requests, bytes (headers, bodies and frames) and the CPU time of
the server process.
"""

import asyncio
import os
import random
import statistics
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from bench.chart import draw
from bench.listeners import Page, Tally
from bench.report import record, title
from bench.site import ROOT, prepared, serving

WAYS = {
    "polling every 1 s": lambda page: page.poll(1),
    "polling every 5 s": lambda page: page.poll(5),
    "polling every 15 s": lambda page: page.poll(15),
    "long polling": lambda page: page.long_poll(),
    "push": lambda page: page.listen(),
}
EVERY = 3  # seconds between two posts
SHORT, LONG = 6, 18  # seconds of measurement per method
CHART = ROOT / "docs/images/push-vs-poll.svg"


def main():
    sizes, seconds = [int(size) for size in sys.argv[1:]], LONG
    if not sizes:
        sizes, seconds = [10, 100], SHORT
    os.environ["TRUSTED_PROXIES"] = "1"  # so that each page can have its own address
    with prepared() as address:
        session = forum(address)
        rows = [row for size in sizes for row in measured(address, session, size, seconds)]
    if seconds == LONG:
        CHART.write_text(draw(rows))


def forum(address):
    from forum.models import Category, Topic, User
    from tests.browser.people import session_cookie

    ada = User.objects.create(username="ada")
    Topic.start(ada, Category.objects.create(name="Help"), "How quick is it?", "Let us see.")
    return session_cookie(ada, address)


def measured(address, session, size, seconds):
    title(f"Push against polling: {size} pages, a post every {EVERY} s")
    for way, act in WAYS.items():
        with serving(address) as server:
            row = asyncio.run(measure(address, session, size, act, server.pid, seconds))
        record(f"{way}: requests", row["requests"], "/s")
        record(f"{way}: bytes", row["bytes"] / 1000, "kB/s")
        record(f"{way}: server's CPU", row["cpu"] * 100, "% core")
        record(f"{way}: from sending a post to knowing it, median", row["median"] * 1000, "ms")
        record(f"{way}: the slowest", row["slowest"] * 1000, "ms")
        yield {"way": way, "pages": size, **row}


async def measure(address, session, size, act, pid, seconds):
    tally, host = Tally(), address.removeprefix("http://")
    topic = await asyncio.to_thread(current_topic)
    pages = [
        asyncio.create_task(open_page(act, Page(host, topic, n, tally), n, size))
        for n in range(size)
    ]
    poster = Poster(host, session)
    await asyncio.to_thread(poster.prepare)
    await asyncio.sleep(2 + size / 200)
    tally.requests, tally.bytes, tally.seen = 0, 0, []
    begun, cpu = time.monotonic(), cpu_of(pid)
    sent = {}
    while time.monotonic() - begun < seconds:
        before = time.monotonic()
        sent[await asyncio.to_thread(poster.post)] = before
        await asyncio.sleep(max(0, EVERY - (time.monotonic() - before)))
    elapsed, used = time.monotonic() - begun, cpu_of(pid) - cpu
    counts = tally.requests / elapsed, tally.bytes / elapsed
    await asyncio.sleep(0.5)
    for page in pages:
        page.cancel()
    ended = await asyncio.gather(*pages, return_exceptions=True)
    if broken := [end for end in ended if not isinstance(end, asyncio.CancelledError)]:
        raise SystemExit(f"{len(broken)} pages broke: {broken[0]!r}")
    delays = [at - sent[number] for number, at in tally.seen if number in sent] or [elapsed]
    return {
        "requests": counts[0],
        "bytes": counts[1],
        "cpu": used / elapsed,
        "median": statistics.median(delays),
        "slowest": max(delays),
    }


async def open_page(act, page, number, size):
    """Open a page, spread over the first second or more, since pages don't open all at once."""
    await asyncio.sleep(number / size * (1 + size / 200))
    if act is not WAYS["push"] and act is not WAYS["long polling"]:
        await asyncio.sleep(random.random())
    await act(page)


def current_topic():
    from django.db import connection

    from forum.models import Topic

    topic = Topic.objects.get()
    connection.close()
    return {"topic": topic.pk, "epoch": topic.epoch, "change": topic.change}


class Poster:
    """Ada, who submits the form like a browser."""

    def __init__(self, host, session):
        self.host, self.session = host, session

    def prepare(self):
        answer = self._send("GET", "/t/1/reply/")
        self.csrf = answer.headers["Set-Cookie"].partition("csrftoken=")[2].partition(";")[0]

    def post(self):
        """Post a reply, and return its number."""
        form = {
            "body": "Is it there yet? " * 20,
            "token": random.randbytes(16).hex(),
            "csrfmiddlewaretoken": self.csrf,
        }
        answer = self._send("POST", "/t/1/replies/", urlencode(form), f"; csrftoken={self.csrf}")
        if answer.status != 302:
            raise SystemExit(f"The reply was refused: {answer.status}")
        return int(answer.headers["Location"].rpartition("-")[2])

    def _send(self, method, path, body=None, cookies=""):
        connection = HTTPConnection(self.host, timeout=60)
        cookie = f"{self.session['name']}={self.session['value']}{cookies}"
        headers = {
            "Cookie": cookie,
            "Referer": f"http://{self.host}/",
            "X-Forwarded-For": "10.9.9.9",
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer


def cpu_of(pid):
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
