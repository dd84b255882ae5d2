"""2,000 open pages reconnect after a restart of the server, by SIGTERM and by SIGKILL.

Half of the pages belong to members, ten posts per second are sent by form, and a guest and a member
keep loading the topic. One process on SQLite, with Redis; one round of each, with FULL=1 the
medians of 20.
"""

import asyncio
import os
import re
import time
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median, quantiles

from bench.engine.files import allow_files
from bench.engine.forum import forum_with
from bench.load import get, load
from bench.report import record, title
from bench.stage import LOG

PAGES, RATE = 2000, 10
ROUNDS = 20 if os.environ.get("FULL") == "1" else 1
# Seconds of page loads after the start; all pages closed properly are back by then.
RETURN = 14.0
QUERIES = re.compile(r"^parley_looked_up_total (\S+)", re.M)


def main():
    allow_files(16_384)
    os.environ |= {
        "RATE_POST": "100000/minute",
        "RATE_WRITE": "100000/minute",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }
    with forum_with(members=PAGES // 2) as forum:
        for name, end in (("SIGTERM", "stop"), ("kill -9", "kill")):
            title(f"{PAGES:,} pages come back after {name}, {RATE} posts a second, {ROUNDS} times")
            rounds = [Round(forum, end).run() for _ in range(ROUNDS)]
            found = {figure: median(one[figure] for one in rounds) for figure in rounds[0]}
            announced = end == "stop"
            record(
                "pages that came back in the busiest second",
                found["busiest"],
                "%",
                at_most=15 if announced else None,
            )
            record(
                f"{RETURN:.0f} s after the start, and then until all pages were current",
                found["current"],
                "s",
                at_most=16,
            )
            record("started to first answer", found["answers"], "s", at_most=3)
            record("readers beside them: p99", found["readers"], "s", at_most=2)
            record(
                "answers that the database was asked for", found["queries"], "a second", at_most=1
            )
            record(
                "posts lost, duplicated, unseen; pages behind",
                sum(one["wrong"] for one in rounds),
                "",
                at_most=0,
            )


class Round:
    def __init__(self, forum, end):
        from forum.models import Topic
        from tests.support.server import Server

        self.forum, self.end, self.times = forum, end, []
        self.topic = Topic.start(forum.members[0], forum.category, "Who comes back?", "Let us see.")
        more = {"DJANGO_SETTINGS_MODULE": "forum.settings", "REDIS_URL": forum.redis}
        self.server = Server("uvicorn", log=LOG.open("a"), **more)

    def run(self):
        from tests.faults.members import Member
        from tests.faults.pages import Page
        from tests.faults.story import Story

        self.server.start()
        address, topic, keys = self.server.address, self.topic.pk, self.forum.sessions
        pages = [
            Page(str(number), address, topic, session=keys[number // 2] if number % 2 else "")
            for number in range(PAGES)
        ]
        writers = [Member(user, address).prepare() for user in self.forum.members[:4]]
        story = Story(topic, writers, pages, RATE, looks=0.2)
        current, violations = asyncio.run(story.run(self.restart))
        self.server.stop()
        return {
            "busiest": story.busiest_second * 100,
            "current": current,
            "answers": self.answers,
            "readers": quantiles(self.times, n=100)[98],
            "queries": self.queries,
            "wrong": len(violations),
        }

    async def restart(self):
        await asyncio.to_thread(getattr(self.server, self.end))
        began = time.monotonic()
        await asyncio.to_thread(self.server.start)
        self.answers = time.monotonic() - began
        requests = [
            get(self.topic.get_absolute_url(), cookie)
            for cookie in ("", f"sessionid={self.forum.sessions[0]}")
        ]
        # In other processes, since the pages keep this one busy.
        with ProcessPoolExecutor(2, get_context("spawn")) as readers:
            loop = asyncio.get_running_loop()
            reading = [
                loop.run_in_executor(readers, read, self.server.address, request)
                for request in requests
            ]
            self.times = [seconds for times in await asyncio.gather(*reading) for seconds in times]
        metrics = await asyncio.to_thread(urllib.request.urlopen, f"{self.server.address}/metrics")
        self.queries = float(QUERIES.search(metrics.read().decode())[1]) / RETURN


def read(address, request):
    """Response times in seconds, at up to ten requests per second."""
    return [
        milliseconds / 1000
        for milliseconds in load(address, at_times(request), RETURN, warm_up=0).times
    ]


def at_times(request):
    while True:
        time.sleep(0.1)
        yield request


if __name__ == "__main__":
    main()
