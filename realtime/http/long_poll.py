"""Long polls for pages that can't open a socket: GET /live/feed?watch={…}&watch={…}&wait=25.

A separate ASGI application, so that a waiting request holds a coroutine and not a thread.
"""

import asyncio

from django.core.exceptions import DisallowedHost
from django.http import HttpResponseBadRequest, HttpResponseNotAllowed, JsonResponse

from forum.serving.client_address import client_address, network_of
from realtime.access.handshake import session_key_in
from realtime.http import shutdown
from realtime.http.query_limits import fields_of
from realtime.http.responses import request_of, respond
from realtime.http.virtual_socket import Closed, VirtualSocket
from realtime.protocol import limits, messages

LONGEST = 25  # seconds; proxies often give up after 30
PAUSE = 1.0  # seconds before a request above the rate is refused
WATCHES = 5  # in one request; a page has up to three: a topic, a list and the news


class LongPoll:
    """The ASGI application. `application` is the one that serves sockets, cookies included."""

    def __init__(self, application):
        self.application = application
        self.waiting, self.rates = limits.Waiting(), limits.Rates(limits.LONG_POLLS)

    async def __call__(self, scope, receive, send):
        request = request_of(scope)
        response = await self.response(scope, request, receive)
        if response:
            await respond(send, request, response)

    async def response(self, scope, request, receive):
        """The response, or None if the client has disconnected."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        if has_body(scope):
            return closing(HttpResponseBadRequest("Ask without a body.", content_type="text/plain"))
        try:
            watches, seconds = query_of(request)
        except messages.BadMessage as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain")
        visitors = list(visitors_in(scope, request))
        if not self.rates.take(visitors[0]):
            await asyncio.sleep(PAUSE)  # refused at once, they would retry at once
            return retry_later(429, "Too many requests from your network. Try again later.")
        with self.waiting.of(*visitors) as may_wait:
            if not may_wait:
                return retry_later(429, "Too many waiting requests from you. Close some pages.")
            return await self._first(
                self._poll(scope, watches, seconds), disconnected(receive), stopped()
            )

    async def _first(self, *coroutines):
        """The result of the coroutine that ends first; the others are cancelled."""
        tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task for task in tasks if task in done).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _poll(self, scope, watches, seconds):
        try:
            async with VirtualSocket(self.application, scope, watches) as socket:
                return response_with(await socket.answers(seconds))
        except Closed as closed:
            if closed.may_retry_at_once:
                return response_with([])
            return retry_later(503, "The forum can't answer just now.")


def visitors_in(scope, request):
    """The keys that a request is counted by: its network and, if it has one, its session."""
    yield "network", network_of(client_address(scope))
    if session_key := session_key_in(request.COOKIES):
        yield "session", session_key  # not instead of the network: a cookie can have any value


def query_of(request):
    """([fields of each watch], seconds to wait). Raises BadMessage."""
    try:
        request.get_host()
    except DisallowedHost as error:
        raise messages.BadMessage("This is not an address of the site.") from error
    fields = fields_of(request)
    texts = fields.getlist("watch")
    if not 1 <= len(texts) <= WATCHES:
        raise messages.BadMessage(
            f'Send 1 to {WATCHES} times what you show: watch={{"list":"latest"}}'
        )
    seconds = messages.number_in(fields, "wait") if "wait" in fields else 0
    return [messages.watch_in(text) for text in texts], min(seconds, LONGEST)


def has_body(scope):
    """Whether the request has a body, which would have to be read while the request waits."""
    headers = dict(scope["headers"])
    return (
        b"transfer-encoding" in headers or headers.get(b"content-length", b"0").strip(b"0") != b""
    )


def closing(response):
    response["Connection"] = "close"
    return response


async def disconnected(receive):
    """Returns None when the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def stopped():
    """Returns an empty response when the server is going to stop."""
    await shutdown.requested()
    return response_with([])


def response_with(answers):
    for answer in answers:
        if answer["type"] == "error":
            return HttpResponseBadRequest(answer["message"], content_type="text/plain")
    return JsonResponse(
        {"answers": answers}, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")}
    )


def retry_later(status, message):
    response = JsonResponse({"message": message}, status=status)
    response["Retry-After"] = "30"
    return response
