"""Ends emails for whoever has the signed address of one (RFC 8058), and starts them again."""

from django.contrib import messages
from django.core.signing import BadSignature
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from forum.mail import bounces
from forum.views.decorators import for_members, post_or_redirect

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


@post_or_redirect("notification_settings")
@for_members
def start_again(request):
    """Send emails again to an address for which some were refused."""
    bounces.start_again(request.user.email)
    messages.success(request, _("Emails are sent again."))
    return redirect("notification_settings")
