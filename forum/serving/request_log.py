"""Middleware around every request: request id, log line, metrics and database time limit."""

import contextlib
import re
import secrets
import time
from typing import Any

import structlog
from django.conf import settings

from forum.db.timeouts import page_time_limit
from forum.observability import metrics
from forum.observability.logs import without_secrets

logger = structlog.get_logger()
SANE = re.compile(rb"[A-Za-z0-9-]{8,64}")
LEFT = 499  # as nginx has it: the visitor went before there was an answer
SLOW = 1.0  # seconds; from then on even a kept page has a line
EVERY = 5.0  # seconds between two looks at levels
METHODS = {"GET", "HEAD", "POST"}
GROUPS = {
    "": "lists",
    "c": "lists",
    "t": "topics",
    "p": "posts",
    "u": "members",
    "profile": "members",
    "preview": "previews",
    "accounts": "accounts",
    "admin": "admin",
    "static": "static",
    "changes": "feed",
    "news": "feed",
    "live": "waiting",
}


class RequestLog:
    """An ASGI application around another. Files, and what that one keeps ready and marks
    `scope["parley.kept"]`, have no line in the log unless they fail or are slow; the member's id is
    found in `scope["parley.user"]`."""

    def __init__(self, application):
        self.application, self.looked_at = application, 0.0

    async def __call__(self, scope, receive, send):
        started = time.perf_counter()
        request = id_of(scope)
        structlog.contextvars.bind_contextvars(request=request)
        status, size = LEFT, 0

        async def answer(message):
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", request.encode())]
                message = {**message, "headers": headers}  # whose message it is may keep it
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            with page_time_limit():
                await self.application(scope, receive, answer)
        except BaseException:
            status = 500
            raise
        finally:
            self.note(scope, status, size, time.perf_counter() - started)

    def note(self, scope, status, size, seconds):
        group = group_of(scope["path"])
        observe(scope["method"], group, status // 100, seconds)
        if time.monotonic() > self.looked_at + EVERY:
            self.looked_at = time.monotonic()
            metrics.look_at_pool()
        if status < 500 and seconds < SLOW and (group == "static" or scope.get("parley.kept")):
            return
        with contextlib.suppress(OSError):  # a log on a full disk
            logger.info(
                "request",
                method=scope["method"],
                path=without_secrets(scope["path"]),
                status=status,
                ms=round(seconds * 1000, 1),
                bytes=size,
                user=scope.get("parley.user"),
            )


def id_of(scope):
    """What a trusted proxy calls this request, if that looks sane; else one of our own."""
    if settings.TRUSTED_PROXIES:
        for name, value in scope["headers"]:
            if name == b"x-request-id" and SANE.fullmatch(value):
                return value.decode()
    return secrets.token_hex(8)


def group_of(path):
    """A few names for all paths: each is a line in /metrics, and strangers may ask for whatever
    they like.
    """
    if path.endswith("/changes"):
        return "feed"
    return GROUPS.get(path[1:].partition("/")[0], "others")


_counts: dict[tuple, Any] = {}  # (method, group, hundreds) -> a part of the metric


def observe(method, group, hundreds, seconds):
    key = method, group, hundreds
    if key not in _counts:
        if method not in METHODS:
            return observe("others", group, hundreds, seconds) if method != "others" else None
        _counts[key] = metrics.REQUESTS.labels(method, group, f"{hundreds}xx")
    _counts[key].observe(seconds)
    return None
