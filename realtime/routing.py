from channels.sessions import CookieMiddleware

from . import origins
from .consumers import serve
from .long_poll import LongPoll
from .probe import probe

page = CookieMiddleware(serve)


async def application(scope, receive, send):
    """Sockets: at one path, and for pages of this site."""
    if scope["path"] == "/ws/" and origins.is_own(scope):
        await page(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close"})  # a 403, as nothing has been accepted


def with_live_requests(pages):
    """The pages, and beside them the requests that wait: these may not hold one of the pages' threads."""
    beside = {"/live/feed": LongPoll(page), "/live/probe": probe}

    async def choose(scope, receive, send):
        await beside.get(scope["path"], pages)(scope, receive, send)

    return choose
