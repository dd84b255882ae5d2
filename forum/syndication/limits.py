"""How often somebody may ask for what is made anew for each request."""

from functools import wraps

from django.http import HttpResponse

from forum.cache import rate_limits
from forum.views.limits import sender


def limited(view):
    @wraps(view)
    def guarded(request, **kwargs):
        wait = rate_limits.seconds_to_wait("feed", sender(request))
        if not wait:
            return view(request, **kwargs)
        text = f"Too many requests. Try again in {wait} seconds.\n"
        response = HttpResponse(text, status=429, content_type="text/plain; charset=utf-8")
        response["Retry-After"] = str(wait)
        return response

    return guarded
