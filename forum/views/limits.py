"""Rate limits of writing requests."""

from functools import wraps

from django.shortcuts import render

from forum.cache import rate_limits
from forum.forms.limits import duration
from forum.serving.client_address import network_of, request_address

from .errors import sent

READING = ("GET", "HEAD", "OPTIONS", "TRACE")
# Addresses, by name, that the general rate leaves out.
EXCEPTIONS = {
    "account_logout": "whoever wants to leave can always do so",
    "seen": "pages say it by themselves, and it has a rate of its own",
    "preview": "it stores nothing, has a rate of its own, and its answer goes into the page",
}


class WriteLimit:
    """Middleware: counts everything that is sent, by member or by a guest's network. To stand after
    CSRF's: what other sites send in somebody's name is refused there and does not count."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, arguments, named):
        if request.method in READING or request.resolver_match.view_name in EXCEPTIONS:
            return None
        wait = rate_limits.seconds_to_wait("write", sender(request))
        return too_many(request, wait) if wait else None


def limited(rate):
    """For a view that members send something to without a form of its own. Moderators are not
    counted here.
    """

    def limit(view):
        @wraps(view)
        def guarded(request, **place):
            user = request.user
            wait = 0 if user.is_moderator else rate_limits.seconds_to_wait(rate, user.pk)
            return too_many(request, wait) if wait else view(request, **place)

        return guarded

    return limit


def sender(request):
    return (
        request.user.pk if request.user.is_authenticated else network_of(request_address(request))
    )


def too_many(request, wait=60):
    """Gives back what was sent, and says when to send it again."""
    response = render(request, "429.html", {**sent(request), "wait": duration(wait)}, status=429)
    response["Retry-After"] = str(wait)
    return response
