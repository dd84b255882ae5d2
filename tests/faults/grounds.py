"""What a run takes place on: servers, what lies between them and the pages, and Redis; each of them can be broken.

E is one process with the in-memory layer; P is two with Redis. The database is that of the test run, or one that
may be broken.
"""

import asyncio
import contextlib

from tests.browser.people import session_cookie
from tests.server import Server

from .lines import Line
from .pages import Page

APPLICATION = "tests.faults.broken:application"


class Ground:
    """`static` is the folder with the collected static files, `redis` and `database` are what may be broken, too."""

    def __init__(self, servers, static, redis=None, database=None):
        self.redis, self.database = redis, database
        self.redis_line = Line(redis.port) if redis else None
        address = f"redis://127.0.0.1:{self.redis_line.port}/0" if redis else ""
        named = {"application": APPLICATION, "REDIS_URL": address, "STATIC_ROOT": static}
        self.servers = [Server("uvicorn", **named) for _ in range(servers)]
        self.lines = [Line(server.port) for server in self.servers]

    def start(self):
        for server in self.servers:
            server.start()
        return self

    def stop(self):
        for server in self.servers:
            with contextlib.suppress(Exception):
                server.thaw()
                server.stop()
        for line in [*self.lines, *filter(None, [self.redis_line])]:
            line.close()

    def pages(self, count, topic, users):
        """Half of them guests, over all servers in turn."""
        people = [None, *users]
        sessions = {user: session_cookie(user, self.lines[0].address)["value"] if user else "" for user in people}
        for number in range(count):
            user = people[(number // 2) % len(people)] if number % 2 else None
            address = self.lines[number % len(self.lines)].address
            yield Page(f"page {number}", address, topic.pk, user and user.pk, sessions[user])

    async def each(self, act, things=None):
        """Calls a plain function of each server, or of `things`, without holding up the pages."""
        for thing in self.servers if things is None else things:
            await asyncio.to_thread(act, thing)
