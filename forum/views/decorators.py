"""View decorators: permissions, methods, and redirects that keep what was typed."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forum.views.errors import is_ours, signed_out


def for_members(view):
    """A guest who asks for the page signs in and comes back to it; one who sends something gets it
    back.
    """

    @wraps(view)
    def guarded(request, **place):
        if request.user.is_authenticated:
            return view(request, **place)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        return signed_out(request)

    return guarded


def sent_from(page):
    """For what a form sends. Who asks for its address is led to `page`, a name in urls.py, where
    the form is.
    """

    def guard(view):
        only_sent = require_POST(view)

        @wraps(view)
        def guarded(request, **place):
            if request.method in ("GET", "HEAD"):
                return redirect(page, **place)
            return only_sent(request, **place)

        return guarded

    return guard


def without_token(view):
    """For choices that guests make, too, as a token would put a cookie on each of them. A form on
    another site chooses nothing: browsers say where it was sent from."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request, **place):
        return (
            view(request, **place)
            if is_ours(request) or "Origin" not in request.headers
            else redirect("/")
        )

    return guarded


def checked_again(view):
    """For forms with something unique in them, such as a name.

    When somebody takes it between checking and saving, the form is checked once more, and then says
    so.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except IntegrityError:
            return view(request, *args, **kwargs)

    return guarded
