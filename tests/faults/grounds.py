"""The set-up of a run: servers, the network between them and the pages, and Redis; all breakable.

On SQLite it is one process with the in-memory layer, on PostgreSQL two with Redis. The database is
that of the test run, or one that may be broken.
"""

import asyncio
import contextlib
import time

from tests.browser.people import session_cookie
from tests.support.server import Server

from .lines import Line
from .pages import Page

APPLICATION = "tests.faults.broken:application"


class Ground:
    """Servers on lines, with optional parts that may be broken, too: `redis` and `database`.

    static: the folder with the collected static files. proxy(ports): creates a proxy in front of
    the servers. clock(name): creates the Clock of one of them. open_pages, browsers: the pages of
    the current run.
    """

    def __init__(self, servers, static, redis=None, database=None, proxy=None, clock=None):
        self.redis, self.database = redis, database
        self.redis_line = Line(redis.port) if redis else None
        address = f"redis://127.0.0.1:{self.redis_line.port}/0" if redis else ""
        named = {"application": APPLICATION, "REDIS_URL": address, "STATIC_ROOT": static}
        self.clocks = [clock(f"clock-{number}") for number in range(servers)] if clock else []
        worn = [clock.environment for clock in self.clocks] or [{}] * servers
        self.servers = [Server("uvicorn", **named, **more) for more in worn]
        self.proxy = proxy and proxy([server.port for server in self.servers])
        self.doors = [self.proxy] if proxy else self.servers  # where members write
        self.lines = [Line(door.port) for door in self.doors]
        self.open_pages, self.browsers = [], None

    def start(self):
        for server in [*self.servers, *filter(None, [self.proxy])]:
            server.start()
        return self

    def stop(self):
        for server in self.servers:
            with contextlib.suppress(Exception):
                server.thaw()
                server.stop()
        for server, clock in zip(self.servers, self.clocks, strict=False):
            clock.tidy(server.process.pid)
        for line in [*self.lines, *filter(None, [self.redis_line])]:
            line.close()
        if self.proxy:
            self.proxy.stop()
        if self.redis:
            self.redis.thaw()
            self.redis.kill()

    def pages(self, count, topic, users):
        """New pages of a topic, half of them guests', on all servers in turn."""
        people = [None, *users]
        sessions = {
            user: session_cookie(user, self.lines[0].address)["value"] if user else ""
            for user in people
        }
        for number in range(count):
            user = people[(number // 2) % len(people)] if number % 2 else None
            address = self.lines[number % len(self.lines)].address
            yield Page(f"page {number}", address, topic.pk, user and user.pk, sessions[user])

    async def each(self, act, things=None):
        """Calls a plain function with each server, or each of `things`, in threads."""
        for thing in self.servers if things is None else things:
            await asyncio.to_thread(act, thing)

    def cut_off(self):
        """Records that all pages are disconnected from now on, until they reconnect."""
        for page in self.open_pages:
            page.log.seen.append(("cut off", time.monotonic()))

    @property
    def broken(self):
        """The number of pages' connections that the network has broken."""
        return sum(line.broken for line in self.lines)
