"""Caches whole responses for guests, so that the next guest costs one validating query.

A kept page stands for a Version: what the database said when it was made. It is asked again for
each request, and a page is sent only while the answer is the same; so no page is out of date,
whatever process changed it. What the Version asks includes `visible_to`, as any other question
does.
"""

import asyncio
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from django.db import DatabaseError, close_old_connections

from forum.cache.lru import LRUCache
from forum.serving.build_id import release
from forum.serving.page_cache_keys import PERSONAL, Key, key_of

MOST = 64 * 2**20  # bytes of pages that one process keeps
# that ask whether a page still holds; their own, since Django's may all be waiting for something
THREADS = 2
FOR_ALL = [
    # a browser asks every time; a cache in between may answer for a second, nginx until the clock's
    # second ends
    (b"cache-control", b"public, max-age=0, s-maxage=1"),
    (b"vary", b"Cookie, Accept-Encoding"),
]


@dataclass(frozen=True)
class Version:
    """`question(*about)` gives `answer` as long as a page that was made from it holds."""

    question: Any
    about: tuple
    answer: Any

    @property
    def is_current(self):
        return self.question(*self.about) == self.answer


def stands_for(request, version, address):
    """Called by a view whose page may be kept, with a Version that was asked before anything else
    was read.

    `address` is the page's own: under others that lead there, with zeros before a number, say, it
    is not kept.
    """
    is_guests = not request.user.is_authenticated and set(PERSONAL).isdisjoint(request.COOKIES)
    if is_guests and hasattr(request, "scope") and request.get_full_path() == address:
        request.scope["forum.version"] = version


@dataclass(frozen=True)
class CachedResponse:
    key: Key
    version: Version
    headers: list
    body: bytes
    etag: bytes
    until: float | None  # the moment from which it shows too much, whatever the database says


class PageCache:
    """An ASGI application before `pages`, which answers whom it can't."""

    def __init__(self, pages):
        self.pages, self.kept = pages, LRUCache(MOST)
        self.locks = WeakValueDictionary()
        self.threads = ThreadPoolExecutor(THREADS, "kept-page")

    async def __call__(self, scope, receive, send):
        key = key_of(scope)
        if key is None:
            return await self.pages(scope, receive, send)
        scope["forum.asked_at"] = time.time()
        page = self.kept.get(key)
        if page is None:
            return await self.pages(scope, receive, Keeping(self, key, scope, send))
        if await self._holds(page):
            return await self._send_kept(page, scope, send)
        lock = self.locks.setdefault(key, asyncio.Lock())
        async with lock:  # of all who find that it changed one makes it anew
            made = self.kept.get(key)
            if made not in (None, page) and await self._holds(made):
                return await self._send_kept(made, scope, send)
            self.kept.delete(key)
            return await self.pages(scope, receive, Keeping(self, key, scope, send))

    async def _holds(self, page):
        here = copy_context()
        return await asyncio.get_running_loop().run_in_executor(self.threads, here.run, holds, page)

    async def _send_kept(self, page, scope, send):
        scope["parley.kept"] = True  # which is not worth a line in the log
        await self._send(page, scope, send)

    async def _send(self, page, scope, send):
        fresh = known(scope) == page.etag
        headers = [*FOR_ALL, (b"etag", page.etag), *for_nginx(page.key, scope["forum.asked_at"])]
        headers += page.headers if not fresh else []
        await send(
            {"type": "http.response.start", "status": 304 if fresh else 200, "headers": headers}
        )
        await send({"type": "http.response.body", "body": b"" if fresh else page.body})

    async def keep(self, scope, page, send):
        self.kept.set(page.key, page)
        await self._send(page, scope, send)


class Keeping:
    """Takes what Django sends; keeps it if it is a page that may be kept, and passes it on."""

    def __init__(self, guests, key, scope, send):
        self.guests, self.key, self.scope, self.send = guests, key, scope, send
        self.start = None

    async def __call__(self, message):
        if message["type"] == "http.response.start" and self._may_be_kept(message):
            self.start, self.parts = message, []
        elif self.start is None:
            await self.send(message)
        else:
            self.parts.append(message.get("body", b""))
            if not message.get("more_body"):
                key = self.key._replace(dismissed=self.scope.get("forum.dismissed", frozenset()))
                await self.guests.keep(self.scope, self._page(key), self.send)

    def _may_be_kept(self, start):
        sets_cookie = any(name.lower() == b"set-cookie" for name, _value in start["headers"])
        return start["status"] == 200 and "forum.version" in self.scope and not sets_cookie

    def _page(self, key):
        version = self.scope["forum.version"]
        ours = {name for name, _value in FOR_ALL}
        headers = [pair for pair in self.start["headers"] if pair[0].lower() not in ours]
        until = self.scope.get("forum.until")
        word = hashlib.sha256(repr((release(), key, version.answer, until)).encode()).hexdigest()[
            :32
        ]
        return CachedResponse(
            key, version, headers, b"".join(self.parts), b'W/"%s"' % word.encode(), until
        )


def for_nginx(key, now):
    """Until when it may keep the page for others with this theme; one without what somebody
    dismissed, not at all.
    """
    headers = [(b"x-accel-expires", b"0" if key.dismissed else b"@%d" % now)]
    return [*headers, (b"x-page-theme", key.theme.encode())] if key.theme else headers


def holds(page):
    if page.until is not None and time.time() >= page.until:
        return False
    try:
        return page.version.is_current
    except DatabaseError:
        return False  # Django has a page that says so
    finally:
        close_old_connections()  # as at the end of a request of Django's: others wait for it


def known(scope):
    """The ETag of the page that the browser has."""
    return next((value for name, value in scope["headers"] if name == b"if-none-match"), None)
