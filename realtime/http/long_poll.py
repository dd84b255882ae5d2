"""GET /live/feed?watch={…}&watch={…}&wait=25: the feed for pages that can't have a socket, in one
request for all.

An ASGI application of its own, so that a waiting request holds a coroutine and not a thread.
"""

import asyncio

from django.core.exceptions import DisallowedHost
from django.http import HttpResponseBadRequest, HttpResponseNotAllowed, JsonResponse

from forum.serving.client_address import client_address, network_of
from realtime.access.handshake import session_key_in
from realtime.http import shutdown
from realtime.http.query_limits import fields_of
from realtime.http.responses import request_of, respond
from realtime.http.virtual_socket import Left, VirtualSocket
from realtime.protocol import limits, messages

LONGEST = 25  # seconds; proxies often give up after 30
PAUSE = 1.0  # seconds
ASKS = 5  # a page asks for a topic, a list and the news


class LongPoll:
    """`application` serves sockets, cookies included."""

    def __init__(self, application):
        self.application = application
        self.waiting, self.rates = limits.Waiting(), limits.Rates(limits.LONG_POLLS)

    async def __call__(self, scope, receive, send):
        request = request_of(scope)
        response = await self.response(scope, request, receive)
        if response:
            await respond(send, request, response)

    async def response(self, scope, request, receive):
        """None when the reader has gone."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        if has_body(scope):
            return closing(HttpResponseBadRequest("Ask without a body.", content_type="text/plain"))
        try:
            asks, seconds = query_of(request)
        except messages.BadMessage as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain")
        visitors = list(visitors_in(scope, request))
        if not self.rates.take(visitors[0]):
            await asyncio.sleep(PAUSE)  # refused at once, they would come again at once
            return later(429, "Too many requests come from here.")
        with self.waiting.of(*visitors) as welcome:
            if not welcome:
                return later(429, "Too many requests wait from here. Close some pages.")
            return await self._first(
                self._visit(scope, asks, seconds), gone_from(receive), stopped()
            )

    async def _first(self, *endings):
        """What the first of these coroutines returns; the others are ended."""
        tasks = [asyncio.ensure_future(ending) for ending in endings]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task for task in tasks if task in done).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _visit(self, scope, asks, seconds):
        try:
            async with VirtualSocket(self.application, scope, asks) as visit:
                return answered(await visit.answers(seconds))
        except Left as left:
            return (
                answered([]) if left.ask_again else later(503, "The forum can't answer just now.")
            )


def visitors_in(scope, request):
    yield "network", network_of(client_address(scope))
    if session_key := session_key_in(request.COOKIES):
        yield "session", session_key  # apart from networks: a cookie may say anything


def query_of(request):
    """([what is watched], seconds to wait). Raises BadMessage."""
    try:
        request.get_host()
    except DisallowedHost as error:
        raise messages.BadMessage("This is not an address of the site.") from error
    fields = fields_of(request)
    texts = fields.getlist("watch")
    if not 1 <= len(texts) <= ASKS:
        raise messages.BadMessage(
            f'Say what you show, 1 to {ASKS} times: watch={{"list":"latest"}}'
        )
    seconds = messages.number_in(fields, "wait") if "wait" in fields else 0
    return [messages.watch_in(text) for text in texts], min(seconds, LONGEST)


def has_body(scope):
    """It would be read as long as the request waits, and without an end."""
    headers = dict(scope["headers"])
    return (
        b"transfer-encoding" in headers or headers.get(b"content-length", b"0").strip(b"0") != b""
    )


def closing(response):
    response["Connection"] = "close"
    return response


async def gone_from(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def stopped():
    await shutdown.soon()
    return answered([])


def answered(answers):
    for answer in answers:
        if answer["type"] == "error":
            return HttpResponseBadRequest(answer["message"], content_type="text/plain")
    return JsonResponse(
        {"answers": answers}, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")}
    )


def later(status, words):
    response = JsonResponse({"message": words}, status=status)
    response["Retry-After"] = "30"
    return response
