"""The faults: coroutine functions of a Ground, each of which repairs what it breaks."""

import asyncio
import contextlib
import http.client
import random
import time
from email.utils import parsedate_to_datetime
from functools import partial

from django.db import connection, transaction

from forum.models import Topic
from forum.models.epochs import new_epoch
from tests.support.polling import until

from .browsers import hide_or_freeze, set_clock, show_again
from .conftest import FULL
from .databases import no_free_connections
from .pages import SILENCE

LASTS = 10 if FULL else 1.5  # seconds
LINGERS = 30 if FULL else 1.5
SLEEPS = 180 if FULL else 3
CUTS = 100_000 if FULL else 600
LONGEST_CUT = 10 if FULL else 0.5
HOUR = 3600

# --- The network ---


async def cut(ground):
    """Connections break and new ones are refused."""
    await on_lines(ground, "cut")


async def cut_for_five_minutes(ground):
    await on_lines(ground, "cut", lasts=300)


async def cut_again_and_again(ground):
    """Cuts for tenths of a second up to several, each time when nearly all pages are back."""
    while ground.broken < CUTS:
        await on_lines(ground, "cut", lasts=0.1 * (10 * LONGEST_CUT) ** random.random())
        deadline = time.monotonic() + 30
        while share_with_a_socket(ground) < 0.9 and time.monotonic() < deadline:
            await asyncio.sleep(0.1)


def share_with_a_socket(ground):
    return sum(page.is_connected for page in ground.open_pages) / len(ground.open_pages)


async def hang(ground):
    """Nothing gets through, without an error."""
    await on_lines(ground, "hang")


async def silence(ground):
    """The same for so long that pages give up their sockets."""
    ground.cut_off()
    await on_lines(ground, "hang", lasts=SILENCE + 25)


async def reset(ground):
    """Connections are reset in the middle of a frame."""
    await on_lines(ground, "reset")


async def loss(ground):
    """Three packets in ten get lost."""
    await on_lines(ground, "lose", 0.3, lasts=LINGERS)


async def narrow(ground):
    """Each page has a link of 1 Mbit/s."""
    await on_lines(ground, "narrow", 125_000, lasts=LINGERS)


async def on_lines(ground, mode, *how, lasts=LASTS):
    for line in ground.lines:
        getattr(line, mode)(*how)
    await asyncio.sleep(lasts)
    for line in ground.lines:
        line.pass_on()


# --- The reader's side ---


async def sleep(ground):
    """All readers close their laptops; when these wake, their connections are gone."""
    for line in ground.lines:
        line.hang()
    ground.cut_off()
    ground.browsers.sleep()
    # not asyncio's: this thread is that of all pages, so they read nothing and no timer runs out
    time.sleep(SLEEPS)
    ground.browsers.wake()
    await on_lines(ground, "cut", lasts=0.5)


async def background(ground):
    """Pages in Chromium are frozen, or hidden with slow timers, and the network is down."""
    await ground.browsers.each(hide_or_freeze)
    await asyncio.sleep(LASTS)
    await on_lines(ground, "cut", lasts=LASTS / 2)
    await asyncio.sleep(LASTS)
    await ground.browsers.each(show_again)


async def clocks(ground):
    """The clocks of servers and browsers jump by an hour or two, in different directions."""
    for jump in (HOUR, -HOUR, 0):
        jumps = [jump, -jump]
        for server, clock, seconds in zip(ground.servers, ground.clocks, jumps, strict=False):
            clock.set(seconds)
            await asyncio.to_thread(wait_for_it, server, seconds)
        await ground.browsers.each(partial(set_clock, jumps))
        await asyncio.sleep(LASTS)


def wait_for_it(server, seconds):
    """Returns once this server's clock is so many seconds off."""
    until(lambda: abs(clock_of(server) - time.time() - seconds) < 60)


def clock_of(server):
    """The server's time, by the Date header of its responses."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with contextlib.closing(line):
        line.request("GET", "/u/1.css")
        return parsedate_to_datetime(line.getresponse().headers["Date"]).timestamp()


# --- The site's side ---


async def proxy_reloaded(ground):
    for _ in range(5):
        ground.proxy.reload()
        await asyncio.sleep(LASTS / 3)


async def restart(ground):
    """SIGTERM, one server after the other."""
    for server in ground.servers:
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)


async def kill(ground):
    """kill -9 of all servers at once."""
    await ground.each(lambda server: server.kill())
    await asyncio.sleep(0.2)
    await ground.each(lambda server: server.start())


async def freeze(ground):
    """One server is stopped for a while (SIGSTOP), then continued."""
    ground.servers[-1].freeze()
    await asyncio.sleep(LASTS)
    ground.servers[-1].thaw()


async def lock(ground):
    """The topic's row is locked for long."""
    await asyncio.to_thread(hold_the_lock)


def hold_the_lock():
    try:
        with transaction.atomic():
            Topic.objects.locked(Topic.objects.earliest("pk").pk)
            time.sleep(LASTS)
    finally:
        connection.close()


async def restore(ground):
    """As after a restored backup: the topics' numbers go on, in another epoch."""
    await asyncio.to_thread(change_epochs)
    await asyncio.sleep(LASTS)


def change_epochs():
    try:
        Topic.objects.update(epoch=new_epoch())
    finally:
        connection.close()


async def nothing(ground):
    """No fault but the build's: the layer loses, duplicates and reorders messages."""
    await asyncio.sleep(2 * LASTS)


# --- Redis ---


async def redis_killed(ground):
    await asyncio.to_thread(ground.redis.kill)
    await asyncio.sleep(LASTS)
    await asyncio.to_thread(ground.redis.start)


async def redis_frozen(ground):
    ground.redis.freeze()
    await asyncio.sleep(LASTS)
    ground.redis.thaw()


async def redis_slow(ground):
    """Redis takes half a second for each command."""
    until = time.monotonic() + 2 * LASTS
    while time.monotonic() < until:
        ground.redis.freeze()
        await asyncio.sleep(0.5)
        ground.redis.thaw()
        await asyncio.sleep(0.02)


async def redis_cut(ground):
    """Connections to Redis are reset every half second."""
    for _ in range(3):
        ground.redis_line.cut()
        await asyncio.sleep(0.05)
        ground.redis_line.pass_on()
        await asyncio.sleep(0.5)


async def redis_flushed(ground):
    await asyncio.to_thread(ground.redis.flush)
    await asyncio.sleep(0.3)


async def redis_full(ground):
    """Redis refuses to store anything more."""
    await asyncio.to_thread(ground.redis.limit, 1)
    await asyncio.sleep(LASTS)
    await asyncio.to_thread(ground.redis.limit, 0)


# --- PostgreSQL ---


async def database_killed(ground):
    await asyncio.to_thread(ground.database.kill)
    await asyncio.sleep(LASTS)
    await asyncio.to_thread(ground.database.start)


async def database_restarted(ground):
    """PostgreSQL is shut down (immediate mode) and started again."""
    await asyncio.to_thread(ground.database.end)
    await asyncio.to_thread(ground.database.start)


async def database_frozen(ground):
    ground.database.freeze()
    await asyncio.sleep(3 * LASTS)
    ground.database.thaw()


async def database_full(ground):
    """PostgreSQL has no free connection."""
    with no_free_connections(ground.database):
        await asyncio.sleep(LASTS)
