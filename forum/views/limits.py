"""Rate limits of writing requests."""

from functools import wraps

from django.shortcuts import render

from forum.cache import rate_limits
from forum.forms.limits import duration
from forum.serving.client_address import network_of, request_address

from .errors import sent

READING = ("GET", "HEAD", "OPTIONS", "TRACE")
# URL names that are exempt from the general rate, and why.
EXEMPT = {
    "account_logout": "signing out must always work",
    "seen": "pages send it automatically, and it has its own rate",
    "keep_draft": "pages send it automatically, and it has its own rate",
    "preview": "it stores nothing, has its own rate, and its response is inserted into the page",
}


class WriteLimit:
    """Middleware: limits writing requests per member, or per network for guests.

    Must come after the CSRF middleware, so that forged requests from other sites don't count.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method in READING or request.resolver_match.view_name in EXEMPT:
            return None
        wait = rate_limits.seconds_to_wait("write", sender(request))
        return too_many(request, wait) if wait else None


def limited(rate):
    """Limit a members' view that has no form of its own. Moderators are exempt."""

    def limit(view):
        @wraps(view)
        def guarded(request, **kwargs):
            user = request.user
            wait = 0 if user.is_moderator else rate_limits.seconds_to_wait(rate, user.pk)
            return too_many(request, wait) if wait else view(request, **kwargs)

        return guarded

    return limit


def sender(request):
    return (
        request.user.pk if request.user.is_authenticated else network_of(request_address(request))
    )


def too_many(request, wait=60):
    """429 with the form that was sent; `wait` is in seconds."""
    response = render(request, "429.html", {**sent(request), "wait": duration(wait)}, status=429)
    response["Retry-After"] = str(wait)
    return response
