"""Caches whole responses for guests, so that the next guest costs one validating query.

Each cached page has a Version: a query and its result when the page was rendered. The query runs
again for each request, and the page is sent only if the result is the same; so no page is out of
date, whichever process changed the data. The query includes `visible_to`, as all others do.
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
from forum.serving.build_id import build_id
from forum.serving.page_cache_keys import PERSONAL, Key, key_of
from forum.serving.request_log import marks

MAX_SIZE = 64 * 2**20  # bytes of cached pages per process
# Threads for the validating queries; separate, because all of Django's may be waiting.
THREADS = 2
PUBLIC_HEADERS = [
    # Browsers revalidate every time. Shared caches may answer for a second, nginx until the current
    # second of the clock ends.
    (b"cache-control", b"public, max-age=0, s-maxage=1"),
    (b"vary", b"Cookie, Accept-Encoding"),
]


@dataclass(frozen=True)
class Version:
    """A page is valid while `query(*arguments)` returns `result`."""

    query: Any
    arguments: tuple
    result: Any

    @property
    def is_current(self):
        return self.query(*self.arguments) == self.result


def make_cacheable(request, version, address):
    """Called by a view whose page may be cached for guests.

    `version` must have been queried before anything else was read. `address` is the canonical
    path: under others, for example with leading zeros, the page is not cached.
    """
    is_guests = not request.user.is_authenticated and set(PERSONAL).isdisjoint(request.COOKIES)
    if is_guests and hasattr(request, "scope") and request.get_full_path() == address:
        request.scope["forum.version"] = version


def is_kept(request):
    """Whether the view has called `make_cacheable` with effect."""
    return "forum.version" in getattr(request, "scope", ())


@dataclass(frozen=True)
class CachedResponse:
    key: Key
    version: Version
    headers: list
    body: bytes
    etag: bytes
    until: float | None  # Unix time when it expires, because an announcement ends


class PageCache:
    """Serves cached pages to guests; otherwise calls the application `pages`."""

    def __init__(self, pages):
        self.pages, self.cache = pages, LRUCache(MAX_SIZE)
        self.locks = WeakValueDictionary()
        self.threads = ThreadPoolExecutor(THREADS, "cached-page")

    async def __call__(self, scope, receive, send):
        key = key_of(scope)
        if key is None:
            return await self.pages(scope, receive, send)
        scope["forum.asked_at"] = time.time()
        page = self.cache.get(key)
        if page is None:
            return await self.pages(scope, receive, Recorder(self, key, scope, send))
        if await self._is_current(page):
            return await self._send_cached(page, scope, send)
        lock = self.locks.setdefault(key, asyncio.Lock())
        async with lock:  # only one of the concurrent requests renders it again
            renewed = self.cache.get(key)
            if renewed not in (None, page) and await self._is_current(renewed):
                return await self._send_cached(renewed, scope, send)
            self.cache.delete(key)
            return await self.pages(scope, receive, Recorder(self, key, scope, send))

    async def _is_current(self, page):
        here = copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self.threads, here.run, is_current, page
        )

    async def _send_cached(self, page, scope, send):
        marks(scope)["cached"] = True  # not logged
        await self._send(page, scope, send)

    async def _send(self, page, scope, send):
        fresh = if_none_match(scope) == page.etag
        headers = [
            *PUBLIC_HEADERS,
            (b"etag", page.etag),
            *for_nginx(page.key, scope["forum.asked_at"]),
        ]
        headers += page.headers if not fresh else []
        await send(
            {"type": "http.response.start", "status": 304 if fresh else 200, "headers": headers}
        )
        await send({"type": "http.response.body", "body": b"" if fresh else page.body})

    async def store(self, scope, page, send):
        self.cache.set(page.key, page)
        await self._send(page, scope, send)


class Recorder:
    """An ASGI `send` that stores the response in the cache if it is cacheable, and passes it on."""

    def __init__(self, cache, key, scope, send):
        self.cache, self.key, self.scope, self.send = cache, key, scope, send
        self.start = None

    async def __call__(self, message):
        if message["type"] == "http.response.start" and self._is_cacheable(message):
            self.start, self.parts = message, []
        elif self.start is None:
            await self.send(message)
        else:
            self.parts.append(message.get("body", b""))
            if not message.get("more_body"):
                key = self.key._replace(dismissed=self.scope.get("forum.dismissed", frozenset()))
                await self.cache.store(self.scope, self._page(self.start, key), self.send)

    def _is_cacheable(self, start):
        sets_cookie = any(name.lower() == b"set-cookie" for name, _value in start["headers"])
        return start["status"] == 200 and "forum.version" in self.scope and not sets_cookie

    def _page(self, start, key):
        version = self.scope["forum.version"]
        ours = {name for name, _value in PUBLIC_HEADERS}
        headers = [pair for pair in start["headers"] if pair[0].lower() not in ours]
        until = self.scope.get("forum.until")
        digest = hashlib.sha256(repr((build_id(), key, version.result, until)).encode()).hexdigest()
        etag = b'W/"%s"' % digest[:32].encode()
        return CachedResponse(key, version, headers, b"".join(self.parts), etag, until)


def for_nginx(key, now):
    """Headers that tell nginx how long to cache the page, and for which theme.

    A page from which dismissed announcements are left out is not cached there.
    """
    headers = [(b"x-accel-expires", b"0" if key.dismissed else b"@%d" % now)]
    return [*headers, (b"x-page-theme", key.theme.encode())] if key.theme else headers


def is_current(page):
    if page.until is not None and time.time() >= page.until:
        return False
    try:
        return page.version.is_current
    except DatabaseError:
        return False  # Django will show an error page
    finally:
        close_old_connections()  # return it to the pool, as Django does after a request


def if_none_match(scope):
    """The ETag of the browser's copy, or None."""
    return next((value for name, value in scope["headers"] if name == b"if-none-match"), None)
