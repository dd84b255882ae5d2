"""Pages for what went wrong. They say what to do next, and give back what was typed."""

import sys

from django.core.exceptions import DisallowedHost
from django.shortcuts import render
from django.template import context_processors

from forum.db.outages import is_outage

TEXTS = ("title", "body", "reason", "about")
OTHERS = ("name", "hides_presence", "announces_updates", "token", "version", "category")


def bad(request, exception=None):
    """What could not be read can't be given back: the browser still has it."""
    return render(None, "400.html", {"is_misnamed": isinstance(exception, DisallowedHost)}, status=400)


def not_found(request, exception=None):
    return render(request, "404.html", status=404)


def forbidden(request, exception=None):
    return render(request, "403.html", status=403)


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


def broken(request):
    """503 where the database is away, busy or full, which passes; else 500. Asks nothing, since nothing may answer."""
    if not is_outage(sys.exc_info()[1]):
        return render(None, "500.html", status=500)
    context = {**sent_again(request), **context_processors.csrf(request)}
    response = render(None, "503.html", context, status=503)
    response["Retry-After"] = "5"
    return response


def csrf(request, reason=""):
    return render(request, "403_csrf.html", sent_again(request), status=403)


def signed_out(request):
    """For what a guest sends to a form of members. Says the same whether or not anything is at its address."""
    return render(request, "403_signed_out.html", sent(request), status=403)


def sent_again(request):
    """As `sent`, before anybody has looked where it came from: a form from elsewhere can only be read."""
    context = sent(request)
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    harmless = set(request.POST) <= {*TEXTS, *OTHERS, "csrfmiddlewaretoken"}
    if not (ours and harmless):
        context["fields"] = []
    return context


def sent(request):
    """What came with a form, to be sent again to the same place, and the texts in it."""
    fields = [(name, value) for name, value in request.POST.items() if name in (*TEXTS, *OTHERS)]
    typed = [value for name, value in fields if name in TEXTS and value]
    return {"fields": fields, "typed": typed, "path": request.get_full_path()}
