from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.cache import rate_limits
from forum.db.outages import is_timeout
from forum.db.timeouts import time_limit
from forum.pages import atom
from forum.pages.member_names import matching_members
from forum.pages.place_names import matching_categories
from forum.views.decorators import for_members
from forum.views.limits import limited, sender, too_many
from forum.views.replies import is_part

from .forms import SearchForm, fields_of
from .pages import PER_PAGE, grouped, shown
from .query import LONGEST
from .results import answer
from .similar import similar_topics

PATIENCE = 0.5  # seconds for the database: a late suggestion is of no use
MOST_NAMES = 4  # members and categories
ORDERS = ("best", "newest")
LONGEST_NAME = 30


@never_cache
@require_safe
def index(request):
    """Searches: `?q=` is the query, `?by=topics` shows each topic once, `?order=newest`, `?page=`.

    `?typing=1`: it was not sent, but is being typed or was left so, and its last word may go on.
    Scripts get the results alone. The fields of the form are turned into `q`. 422: the database
    would take too long for this query.
    """
    if is_part(request):
        return searched(request, "search/_results.html", "typing")
    form = SearchForm(request.GET if SearchForm.is_sent(request.GET) else None, reader=request.user)
    if form.is_valid():
        return redirect(f"{reverse('search')}?{urlencode({'q': form.line})}")
    return searched(request, "search/index.html", "search", form)


def searched(request, template, rate, form=None):
    typed = request.GET.get("q", "")[:LONGEST]
    context, status = {"typed": typed.strip(), "form": form}, 200
    if typed.strip():
        if wait := rate_limits.seconds_to_wait(rate, sender(request)):
            return too_many(request, wait)
        try:
            context |= results(request, typed, is_typing="typing" in request.GET)
        except OperationalError as error:
            if not is_timeout(error):
                raise
            context["takes_too_long"], status = True, 422
        if form:
            found = context.get("found")
            form.initial = fields_of(found.asked) if found else {"q": context["typed"]}
    return render(request, template, context, status=status)


@never_cache
@require_safe
@for_members
@limited("similar")
def similar(request):
    """Topics like a `title` that is being typed, for scripts to show below it."""
    with time_limit(PATIENCE):
        topics = similar_topics(request.GET.get("title", "")[:LONGEST], request.user)
    return render(request, "search/_similar.html", {"topics": topics})


def results(request, typed, is_typing):
    order = request.GET.get("order") if request.GET.get("order") in ORDERS else "best"
    by_topic = request.GET.get("by") == "topics"
    found = answer(typed, request.user, order, is_typing)
    ids = grouped(found.posts) if by_topic else found.posts
    page = Paginator(ids, PER_PAGE).get_page(request.GET.get("page"))
    names = names_of(request, found.query) if page.number == 1 else {}
    return {
        "found": found,
        "filters": [(one.label, found.asked.without([one])) for one in found.asked.filters],
        "order": order,
        "by_topic": by_topic,
        "page": page,
        "posts": shown(found.query, page.object_list, request.user),
        **names,
    }


def names_of(request, query):
    """Members and categories with a name that begins like the query, if that is short."""
    if query.filters or len(query.typed) > LONGEST_NAME:
        return {}
    return {
        "members": matching_members(query.typed, request.user)[:MOST_NAMES],
        "categories": matching_categories(query.typed, request.user)[:MOST_NAMES],
    }


@never_cache
@require_safe
def feed(request):
    """The newest posts that guests find for `?q=`, as an Atom feed, whoever asks.

    422: the database would take too long for this query.
    """
    typed = request.GET.get("q", "")[:LONGEST].strip()
    if not typed:
        raise Http404
    if wait := rate_limits.seconds_to_wait("search", sender(request)):
        return too_many(request, wait)
    guest = AnonymousUser()
    try:
        found = answer(typed, guest, "newest")
        posts = shown(found.query, found.posts[:PER_PAGE], guest) if is_exact(found) else []
    except OperationalError as error:
        if not is_timeout(error):
            raise
        words = _("This search takes too long. Add words or a filter.")
        return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")
    entries = [atom.of_post(post, post.topic) for post in posts]
    query = urlencode({"q": typed})
    title = f"{typed} · {settings.SITE_NAME}"
    return atom.response(title, f"{reverse('search')}?{query}", f"{request.path}?{query}", entries)


def is_exact(found):
    """Whether posts have what was typed: a feed must not begin with guesses."""
    return not (found.corrected or found.without)
