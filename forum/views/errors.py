"""Error pages: they explain what to do next and return what was typed."""

import sys

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed, SuspiciousOperation
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template import context_processors

from forum.db.outages import is_outage
from forum.forms import unsent

TEXTS = ("title", "body", "reason", "about", "text", "description")
OTHERS = (
    "name",
    "hides_presence",
    "announces_updates",
    "reviews_replies",
    "last_seen",
    "token",
    "version",
    "seen",
    "reply_to",
    "category",
    "editors",
    "draft_version",
)


def bad(request, exception=None):
    """400, without the form: the request can't be parsed, but the browser still has the text."""
    return render(
        None, "400.html", {"is_misnamed": isinstance(exception, DisallowedHost)}, status=400
    )


def not_found(request, exception=None):
    return render(request, "404.html", {"typed": recoverable_texts(request)}, status=404)


def forbidden(request, exception=None):
    return render(request, "403.html", {"typed": recoverable_texts(request)}, status=403)


def with_page_for_405(get_response):
    """Middleware: gives 405 responses a page with links."""

    def respond(request):
        response = get_response(request)
        if response.status_code != 405:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return respond


def with_own_404_in_development(get_response):
    """Middleware: shows the forum's 404 page instead of Django's technical one with DEBUG, too."""
    if not settings.DEBUG:
        raise MiddlewareNotUsed

    def respond(request):
        response = get_response(request)
        is_djangos = response.status_code == 404 and request.resolver_match is None
        return not_found(request) if is_djangos else response

    def process_exception(request, error):
        return not_found(request) if isinstance(error, Http404) else None

    respond.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return respond


def broken(request):
    """503 while the database is away, busy or full; otherwise 500.

    Uses neither database nor cache, since both may be down.
    """
    if not is_outage(sys.exc_info()[1]):
        return render(None, "500.html", {"typed": typed_in(posted(request))}, status=500)
    context = {**sent_again(request), **context_processors.csrf(request)}
    response = render(None, "503.html", context, status=503)
    response["Retry-After"] = "5"
    return response


def csrf(request, reason=""):
    """Return the form with a fresh token; offer sign-in if the session has ended."""
    context = sent_again(request)
    waiting = unsent.unpack(request.POST.get("unsent", "")) if is_same_origin(request) else None
    if waiting:  # the sign-in form was sent after signing in in another tab
        context |= waiting | {"typed": typed_in(waiting["fields"])}
    if context["fields"] and not request.user.is_authenticated:
        return signed_out(request, context)
    return render(request, "403_csrf.html", context, status=403)


def signed_out(request, waiting=None, typed=None):
    """Answer a guest's POST to a members' form: the sign-in form with what was typed.

    The answer is the same whether or not the target exists. `waiting` (path and fields) is an
    earlier submission, if it isn't in this request.
    """
    # allauth's forms can only be imported after its views.
    from forum.accounts.forms import LoginForm

    context = sent(request)
    if waiting:
        context |= waiting | {"typed": typed or typed_in(waiting["fields"])}
    if context["fields"]:
        context["unsent"] = unsent.pack(context["path"], context["fields"])
        context["form"] = LoginForm(request=request, initial={"unsent": context["unsent"]})
    return render(request, "403_signed_out.html", context, status=403)


def signed_out_of_admin(request, fields):
    """Like `signed_out`, for the admin.

    `fields` ({name: text}) is what forum/admin/unsent.py refills the form with; {} for nothing.
    """
    context = {"path": request.get_full_path(), "fields": fields}
    return signed_out(request, context, typed_in(posted(request)))


def is_same_origin(request):
    """Whether the Origin header names this site, for requests without a valid CSRF token."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def sent_again(request):
    """Like `sent`, but fields from another origin can only be read, not sent again."""
    context = sent(request)
    return context if is_same_origin(request) else {**context, "fields": {}}


def sent(request):
    """The context for sending this form again: its fields, the texts in it, and its path.

    `fields` is complete or empty: forms such as the admin's would take a missing one for cleared.
    """
    fields = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    is_whole = fields.keys() <= {*TEXTS, *OTHERS}
    return {
        "fields": fields if is_whole else {},
        "typed": typed_in(fields),
        "path": request.get_full_path(),
    }


def recoverable_texts(request):
    """The texts typed in this request, or before signing in, for a form that no longer exists."""
    return typed_in(posted(request)) or typed_in(unsent.kept_for_sibling(request))


def posted(request):
    try:
        return request.POST
    except (SuspiciousOperation, MultiPartParserError, OSError):  # not parsed until now
        return {}


def typed_in(fields):
    return [value for name, value in fields.items() if name in TEXTS and value]
