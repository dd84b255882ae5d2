"""A run: members write and pages are open during a fault; in the end their logs are collected."""

import asyncio
import random
import time
import uuid
from bisect import bisect
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async
from django.db import Error, connection

from forum.models import Post, Topic

from .history import BEHIND, Database, History, Write
from .pages import Page, short_hash

PATIENCE = 30.0  # seconds after which all pages have to be current
PAUSE = 0.1  # seconds between two queries for the stored state


class Story:
    """`writers` are Members, `pages` Pages; both may use any of the servers.

    `looks` is the share of what they write that writers look at when it was answered.
    """

    def __init__(self, topic, writers, pages, rate=10, patience=PATIENCE, looks=1.0):
        self.topic, self.writers, self.pages, self.rate, self.patience = (
            topic,
            writers,
            pages,
            rate,
            patience,
        )
        self.looks = looks
        self.history = History(pages=[page.log for page in pages])
        self.writing = True

    def run_in_thread(self, fault, behind=BEHIND, meanwhile=None):
        """`run` in a thread, since Playwright keeps this one's event loop; calls `meanwhile`."""
        with ThreadPoolExecutor(1) as thread:
            running = thread.submit(asyncio.run, self.run(fault, behind))
            while meanwhile and not running.done():
                meanwhile()
            return running.result()

    async def run(self, fault, behind=BEHIND):
        """`fault` is a coroutine function: it breaks something, waits, mends it.

        Returns the seconds until all pages were current after it, and the violations.
        """
        looking = [asyncio.create_task(page.run()) for page in self.pages]
        await self.until_all_are_here()
        threads = ThreadPoolExecutor(len(self.writers) or 1)  # writers go on where pages can't
        writing = [
            asyncio.get_running_loop().run_in_executor(threads, self.write, writer)
            for writer in self.writers
        ]
        watching = asyncio.create_task(self.watch_heads())
        await asyncio.sleep(0.5)
        self.broke_at = time.monotonic()
        try:
            await fault()
            await asyncio.sleep(0.5)
        finally:
            self.writing = False
        await asyncio.gather(*writing)
        took, head = await self.until_all_are_current()
        watching.cancel()
        for page in self.pages:
            await page.leave()
        await asyncio.gather(*looking, return_exceptions=True)
        await self.compare_with_fresh_pages(head)
        return took, self.history.violations(await sync_to_async(read_database)(), behind)

    @property
    def busiest_second(self):
        """The largest share of all pages that reconnected within one second."""
        connected = [
            entry[1] for page in self.pages for entry in page.log.seen if entry[0] == "connected"
        ]
        back = sorted(at for at in connected if at > self.broke_at)
        return max(
            (bisect(back, at + 1) - place for place, at in enumerate(back)), default=0
        ) / len(self.pages)

    @property
    def catch_up_time(self):
        """The 99th percentile of seconds from a socket to what was missed; None if nothing was."""
        waits = sorted(
            wait for page in self.pages for wait in waits_of(page.log.seen, self.broke_at)
        )
        return waits[len(waits) * 99 // 100] if waits else None

    @property
    def applied(self):
        return sum(entry[0] == "applied" for page in self.pages for entry in page.log.seen)

    @property
    def caught_up(self):
        return sum(e[3] - e[2] for page in self.pages for e in page.log.seen if e[0] == "caught up")

    def write(self, writer):
        while self.writing:
            began = time.monotonic()
            write = Write(uuid.uuid4().hex, self.topic, began)
            self.history.writes.append(write)
            while write.post is None and time.monotonic() < began + PATIENCE:
                if address := answered(writer, self.topic, write.token):
                    write.post = number_in(address)
                    write.shown = (
                        shows(writer, address, write) if random.random() < self.looks else None
                    )
                else:
                    time.sleep(0.2)
            time.sleep(max(0, len(self.writers) / self.rate - (time.monotonic() - began)))

    async def watch_heads(self):
        last = None
        while True:
            change = await sync_to_async(head_of)(self.topic)
            if change and change != last:
                self.history.heads.append((time.monotonic(), self.topic, change))
                last = change
            await asyncio.sleep(PAUSE)

    async def until_all_are_here(self):
        patience = PATIENCE + len(self.pages) / 20  # each loads the topic first
        if not await self.until(
            lambda: all(page.have and page.is_connected for page in self.pages), patience
        ):
            raise AssertionError(f"not all pages were connected in {patience:.0f} s")

    async def until_all_are_current(self):
        """(seconds until the last page was up to date, its change number then)."""
        began = time.monotonic()
        while not (head := await sync_to_async(head_of)(self.topic)):
            await asyncio.sleep(PAUSE)
        watched = [page for page in self.pages if not page.gone]
        await self.until(lambda: all(page.have >= head for page in watched), self.patience)
        return time.monotonic() - began, head

    async def until(self, condition, patience):
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    async def compare_with_fresh_pages(self, head):
        fresh = {}
        for page in self.pages:
            if page.gone:
                continue
            if page.session not in fresh:
                loaded = Page("fresh", page.address, page.topic, session=page.session)
                while loaded.have < head and not loaded.gone:
                    # a proxy may cache guests' pages for the rest of a second
                    await loaded.load("began")
                fresh[page.session] = loaded.hash()
            page.log.final, page.log.fresh = page.hash(), fresh[page.session]


def waits_of(seen, since):
    """Seconds from each socket that a page got after `since` to its first answer with news."""
    connected = None
    for kind, at, *_rest in seen:
        if kind in ("connected", "closed"):
            connected = at if kind == "connected" and at > since else None
        elif kind in ("caught up", "reloaded") and connected:
            yield at - connected
            connected = None


def answered(writer, topic, token):
    """The address of the post that the response leads to, or None."""
    try:
        address = writer.replies(Topic(pk=topic), f"Post {token}", token)
    except OSError:
        return None
    return address if address and "#post-" in address else None


def number_in(address):
    return int(address.rpartition("#post-")[2]) if address else None


def shows(writer, address, write):
    """Whether the author sees the post there, or None if the page could not be loaded."""
    page = writer.reads(address)
    return (
        None
        if page is None
        else f'id="post-{write.post}"' in page and f"Post {write.token}" in page
    )


def head_of(topic):
    try:
        return Topic.objects.values_list("change", flat=True).get(pk=topic)
    except Error:  # the database may be down
        return None
    finally:
        connection.close()


def read_database():
    tokens, posts = {}, {}
    try:
        for post in Post.objects.all():
            tokens.setdefault(post.token, []).append(post.number)
            posts[post.pk] = (
                post.topic_id,
                post.change,
                None if post.is_hidden else short_hash(post.html),
            )
        return Database(tokens, posts, dict(Topic.objects.values_list("pk", "change")))
    finally:
        connection.close()
