"""Pages of standing searches, for their member alone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.views.decorators import for_members, post_or_redirect
from forum.views.limits import limited
from forum.views.replies import is_part

from . import standing
from .forms import NameForm
from .models import LONGEST, StandingSearch
from .pages import PER_PAGE, shown
from .query import parse


def own(user, pk):
    return get_object_or_404(StandingSearch, member=user, pk=pk)


@never_cache
@require_safe
@for_members
def index(request):
    """The member's standing searches with the number of new matches; scripts get the list alone."""
    searches = StandingSearch.objects.filter(member=request.user).order_by("name", "pk")
    states = StandingSearch.objects.personal(request.user, [one.pk for one in searches])
    listed = [(search, states[str(search.pk)]) for search in searches]
    part = "search/_standing.html" if is_part(request) else "search/standing.html"
    return render(request, part, {"searches": listed})


@never_cache
@require_safe
@for_members
def show(request, search_id):
    """The latest matches of a standing search, which so are seen; scripts get them alone."""
    search = own(request.user, search_id)
    return page(request, search, NameForm(initial={"name": search.name}))


def page(request, search, form, status=200):
    matches = list(search.matches.visible_to(request.user).order_by("-pk")[:PER_PAGE])
    posts = shown(parse(search.query, request.user), [one.post_id for one in matches], request.user)
    new = {one.post_id for one in matches if not one.seen_at}
    for post in posts:
        post.is_new = post.pk in new
    standing.mark_seen(search)
    context = {"search": search, "posts": posts, "form": form}
    part = "search/_matches.html" if is_part(request) else "search/standing_search.html"
    return render(request, part, context, status=status)


@never_cache
@require_safe
@for_members
def notice(request, search_id):
    """For scripts: tells what a standing search has found; 204 if nothing is new."""
    search = own(request.user, search_id)
    state = StandingSearch.objects.personal(request.user, [search.pk])[str(search.pk)]
    if not state["unseen"]:
        return HttpResponse(status=204)
    return render(request, "search/_notice.html", {"state": state})


@post_or_redirect("standing_searches")
@for_members
@limited("standing")
def create(request):
    """Save the search `q`."""
    typed = request.POST.get("q", "")
    try:
        search = standing.save(request.user, typed)
    except standing.SearchError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('search')}?{urlencode({'q': typed[:LONGEST]})}")
    messages.success(request, _("Saved. You'll be told as soon as a new post matches."))
    return redirect(search)


@post_or_redirect("standing_search")
@for_members
@limited("standing")
def update(request, search_id):
    search = own(request.user, search_id)
    form = NameForm(request.POST)
    if not form.is_valid():
        return page(request, search, form, status=422)
    standing.rename(search, form.cleaned_data["name"])
    return redirect(search)


@post_or_redirect("standing_search")
@for_members
def destroy(request, search_id):
    """Delete a standing search. Sent twice, it is gone."""
    if search := StandingSearch.objects.filter(member=request.user, pk=search_id).first():
        standing.delete(search)
    return redirect("standing_searches")
