"""Ends emails for whoever has the signed address of one (RFC 8058)."""

from django.core.signing import BadSignature
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from . import unsubscribing


@never_cache
@csrf_exempt  # mail programs and providers send it; the signature says that they may
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, signed):
    """GET shows a button and changes nothing: mail scanners follow all links."""
    try:
        ending = unsubscribing.ending(signed)
    except BadSignature as error:
        raise Http404 from error
    is_done = request.method == "POST"
    if is_done:
        ending.carry_out()
    return render(request, "notifications/unsubscribe.html", {"ending": ending, "is_done": is_done})
