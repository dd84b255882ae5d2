from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import CookieMiddleware
from django.urls import path

from .consumers import serve
from .long_poll import LongPoll
from .probe import probe

application = AllowedHostsOriginValidator(CookieMiddleware(URLRouter([path("ws/", serve)])))


def with_live_requests(pages):
    """The pages, and beside them the requests that wait: these may not hold one of the pages' threads."""
    beside = {"/live/feed": LongPoll(CookieMiddleware(serve)), "/live/probe": probe}

    async def choose(scope, receive, send):
        await beside.get(scope["path"], pages)(scope, receive, send)

    return choose
