"""View decorators: sign-in, methods, CSRF by origin, and retries after a lost race."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forum.views.errors import csrf, is_same_origin, signed_out


def for_members(view):
    """Require sign-in: redirect GET to the sign-in page, and answer a POST with what was typed."""

    @wraps(view)
    def guarded(request, **kwargs):
        if request.user.is_authenticated:
            return view(request, **kwargs) if is_author(request) else csrf(request)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        return signed_out(request)

    return guarded


def is_author(request):
    """Whether the member who is signed in is the one for whom a script sends this (`X-Member`)."""
    return request.headers.get("X-Member", str(request.user.pk)) == str(request.user.pk)


def post_or_redirect(page):
    """Accept only POST; redirect GET to `page`, the URL name of the page that holds the form."""

    def guard(view):
        only_sent = require_POST(view)

        @wraps(view)
        def guarded(request, **kwargs):
            if request.method in ("GET", "HEAD"):
                return redirect(page, **kwargs)
            return only_sent(request, **kwargs)

        return guarded

    return guard


def csrf_by_origin(view):
    """Accept only POST, and check the Origin header instead of a CSRF token.

    For settings that guests can change, too: a token would set a cookie for each of them. A form
    on another site changes nothing, because browsers send its origin.
    """

    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request, **kwargs):
        return (
            view(request, **kwargs)
            if is_same_origin(request) or "Origin" not in request.headers
            else redirect("/")
        )

    return guarded


def retry_on_integrity_error(view):
    """Call the view again after an IntegrityError, for forms with unique values such as names.

    If the name was taken between validating and saving, the second validation reports it.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except IntegrityError:
            return view(request, *args, **kwargs)

    return guarded
