"""Error pages. They say what to do next, and give back what was typed."""

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
OTHERS = ("name", "hides_presence", "announces_updates", "token", "version", "seen", "category")


def bad(request, exception=None):
    """What could not be read can't be given back: the browser still has it."""
    return render(
        None, "400.html", {"is_misnamed": isinstance(exception, DisallowedHost)}, status=400
    )


def not_found(request, exception=None):
    return render(request, "404.html", {"typed": kept_texts(request)}, status=404)


def forbidden(request, exception=None):
    return render(request, "403.html", {"typed": kept_texts(request)}, status=403)


def with_page_for_405(get_response):
    """Middleware. What only takes forms, or takes none, says so on a page that leads on."""

    def respond(request):
        response = get_response(request)
        if response.status_code != 405:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return respond


def with_own_404_in_development(get_response):
    """Middleware. With DEBUG Django shows a page of its own, and the demo should look like the
    forum.
    """
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
    """503 where the database is away, busy or full, which passes; else 500. Asks nothing, since
    nothing may answer.
    """
    if not is_outage(sys.exc_info()[1]):
        return render(None, "500.html", {"typed": typed_in(posted(request))}, status=500)
    context = {**sent_again(request), **context_processors.csrf(request)}
    response = render(None, "503.html", context, status=503)
    response["Retry-After"] = "5"
    return response


def csrf(request, reason=""):
    """Gives the form back with a fresh token; who isn't signed in any more can sign in first."""
    context = sent_again(request)
    waiting = unsent.unpacked(request.POST.get("unsent", "")) if is_ours(request) else None
    if waiting:  # in the sign-in form, of somebody who has signed in in another tab
        context |= waiting | {"typed": typed_in(waiting["fields"])}
    if context["fields"] and not request.user.is_authenticated:
        return signed_out(request, context)
    return render(request, "403_csrf.html", context, status=403)


def signed_out(request, waiting=None, typed=None):
    """For what a guest sends to a form of members. Says the same whether or not anything is at its
    address.

    `waiting` (path and fields) is what was sent before, if it isn't in this request.
    """
    # allauth's forms can only be loaded once its views are
    from forum.accounts.forms import LoginForm

    context = sent(request)
    if waiting:
        context |= waiting | {"typed": typed or typed_in(waiting["fields"])}
    if context["fields"]:
        context["unsent"] = unsent.packed(context["path"], context["fields"])
        context["form"] = LoginForm(request=request, initial={"unsent": context["unsent"]})
    return render(request, "403_signed_out.html", context, status=403)


def signed_out_of_admin(request, fields):
    """`fields` ({name: text}) is what `forum/admin/unsent.py` fills the form with again; {} where
    there is none.
    """
    context = {"path": request.get_full_path(), "fields": fields}
    return signed_out(request, context, typed_in(posted(request)))


def is_ours(request):
    """Whether it came from a page of this forum, for what has no token or a wrong one."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def sent_again(request):
    """As `sent`, before anybody has looked where it came from: a form from elsewhere can only be
    read.
    """
    context = sent(request)
    return context if is_ours(request) else {**context, "fields": {}}


def sent(request):
    """What came with a form, to be sent again to the same place, and the texts in it.

    All of it or nothing: for what is left out a form like those of the admin takes that it was
    emptied.
    """
    fields = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    is_whole = fields.keys() <= {*TEXTS, *OTHERS}
    return {
        "fields": fields if is_whole else {},
        "typed": typed_in(fields),
        "path": request.get_full_path(),
    }


def kept_texts(request):
    """What was typed: in this request, or before signing in, for a form that is not to be had any
    more.
    """
    return typed_in(posted(request)) or typed_in(unsent.beside(request))


def posted(request):
    try:
        return request.POST
    except (SuspiciousOperation, MultiPartParserError, OSError):  # what nobody has looked at so far
        return {}


def typed_in(fields):
    return [value for name, value in fields.items() if name in TEXTS and value]
