"""The ASGI applications: sockets at /ws/, and the requests that must not hold a thread."""

from collections.abc import Callable

from channels.sessions import CookieMiddleware

from forum.serving.header_cleaning import clean_cookies
from realtime.access import origins
from realtime.access.handshake import counted_network_of
from realtime.connections.connection import serve
from realtime.diagnostics.stream_probe import probe
from realtime.http.long_poll import LongPoll
from realtime.hub.hub import the_hub

with_cookies = CookieMiddleware(serve)


async def page(scope, receive, send):
    """Serves a socket after cleaning its cookies; those of HTTP requests were cleaned on entry."""
    headers = [
        (name, cleaned(value) if name == b"cookie" else value) for name, value in scope["headers"]
    ]
    await with_cookies({**scope, "headers": headers}, receive, send)


def cleaned(cookies):
    return clean_cookies(cookies.decode("latin-1")).encode("latin-1")


async def application(scope, receive, send):
    """Accepts sockets at one path, from pages of this site, within the network's handshake rate."""
    if may_open(scope) and scope["path"] == "/ws/" and origins.is_own(scope):
        await page(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close"})  # a 403, as nothing has been accepted


def may_open(scope):
    network = counted_network_of(scope)
    return network is None or the_hub().admission.handshakes.take(network)


def with_live_requests(pages):
    """The application `pages`, with requests that wait routed past its threads."""
    waiting: dict[str, Callable] = {"/live/feed": LongPoll(page), "/live/probe": probe}

    async def route(scope, receive, send):
        await waiting.get(scope["path"], pages)(scope, receive, send)

    return route
