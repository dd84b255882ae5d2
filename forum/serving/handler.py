"""Runs Django in a fixed pool of threads with persistent database connections.

Django's own ASGI handler switches threads for each middleware, and starts a new thread, with a new
database connection, for each request. That was half of the cost of a page (measured).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.urls import set_script_prefix

from forum.serving.request_log import marks

THREADS = 8  # concurrent requests; others are queued


class Handler(ASGIHandler):
    """An ASGI application. Accepted requests are completed even if the client disconnects."""

    def __init__(self):
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self.threads = ThreadPoolExecutor(THREADS, "page")

    async def __call__(self, scope, receive, send):
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await self.in_thread(self.respond, scope, body)
        await self.send_response(response, send)
        if response.streaming:
            await self.in_thread(response.close)

    async def read_body(self, receive):
        """The body, in memory: ingress.py has limited its size."""
        body, more = BytesIO(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestAborted
            body.write(message.get("body", b""))
            more = message.get("more_body", False)
        body.seek(0)
        return body

    def respond(self, scope, body):
        """The response, already closed unless it is streaming."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = self.get_response(request) if request else refusal
        if request:
            # Only if the view loaded it.
            marks(scope)["user"] = getattr(getattr(request, "_cached_user", None), "pk", None)
        response._handler_class = type(self)
        # page_cache.py replaces this for cached pages.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        if not response.streaming:
            response.close()
        return response

    async def in_thread(self, function, *arguments):
        here = copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self.threads, here.run, function, *arguments
        )
