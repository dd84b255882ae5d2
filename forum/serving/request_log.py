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
MARKS = "parley.marks"
CLIENT_CLOSED = 499  # as in nginx: the client disconnected before the response
SLOW = 1.0  # seconds; slower requests are always logged
GAUGE_INTERVAL = 5.0  # seconds between updates of the pool gauges
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
    """ASGI middleware.

    Static files and responses marked as `cached` (see `marks`) are logged only if they fail or are
    slow. The mark `user` is the member's id.
    """

    def __init__(self, application):
        self.application, self.gauges_at = application, 0.0

    async def __call__(self, scope, receive, send):
        started = time.perf_counter()
        scope[MARKS] = {}
        request = id_of(scope)
        structlog.contextvars.bind_contextvars(request=request)
        status, size = CLIENT_CLOSED, 0

        async def answer(message):
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", request.encode())]
                message = {**message, "headers": headers}  # a copy: the sender may reuse it
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
            self.record(scope, status, size, time.perf_counter() - started)

    def record(self, scope, status, size, seconds):
        group = group_of(scope["path"])
        observe(scope["method"], group, status // 100, seconds)
        if time.monotonic() > self.gauges_at + GAUGE_INTERVAL:
            self.gauges_at = time.monotonic()
            metrics.update_pool_gauges()
        if status < 500 and seconds < SLOW and (group == "static" or marks(scope).get("cached")):
            return
        with contextlib.suppress(OSError):  # a log on a full disk
            logger.info(
                "request",
                method=scope["method"],
                path=without_secrets(scope["path"]),
                status=status,
                ms=round(seconds * 1000, 1),
                bytes=size,
                user=marks(scope).get("user"),
            )


def marks(scope):
    """What is noted for the log about a request: a dict that all copies of its scope share."""
    return scope.setdefault(MARKS, {})


def id_of(scope):
    """The X-Request-ID of a trusted proxy if it is well-formed, otherwise a new one."""
    if settings.TRUSTED_PROXIES:
        for name, value in scope["headers"]:
            if name == b"x-request-id" and SANE.fullmatch(value):
                return value.decode()
    return secrets.token_hex(8)


def group_of(path):
    """The metrics label of a path, from a fixed set, because strangers can request any path."""
    if path.endswith("/changes"):
        return "feed"
    return GROUPS.get(path[1:].partition("/")[0], "others")


_counts: dict[tuple, Any] = {}  # (method, group, first digit of the status) -> labelled metric


def observe(method, group, hundreds, seconds):
    key = method, group, hundreds
    if key not in _counts:
        if method not in METHODS:
            return observe("others", group, hundreds, seconds) if method != "others" else None
        _counts[key] = metrics.REQUESTS.labels(method, group, f"{hundreds}xx")
    _counts[key].observe(seconds)
    return None
