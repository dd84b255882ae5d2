from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum import markdown
from forum.db.timeouts import time_limit
from forum.pages.member_names import matching_groups, matching_members
from forum.pages.place_names import matching_categories, matching_tags, matching_topics
from forum.views.decorators import for_members
from forum.views.limits import limited

LONGEST = 60  # characters of what is completed
PATIENCE = 0.5  # seconds for the database: a late suggestion is of no use
MOST = 8


@never_cache
@require_safe
@for_members
@limited("completion")
def members(request):
    """Members whose name begins with `text`, those of `topic` (an id) first; then groups."""
    topic = request.GET.get("topic", "")
    topic_id = int(topic) if topic.isascii() and topic.isdigit() and len(topic) < 19 else None
    with time_limit(PATIENCE):
        found = matching_members(typed(request), request.user, topic_id)[:MOST]
        groups = matching_groups(typed(request), request.user)[: MOST // 2]
    context = {"members": found[: MOST - len(groups)], "groups": groups}
    return render(request, "completion/_members.html", context)


@never_cache
@require_safe
@for_members
@limited("completion")
def places(request):
    """A list of categories and recent topics with a word that begins with `text`."""
    text = typed(request)
    with time_limit(PATIENCE):
        categories = matching_categories(text, request.user)[: MOST // 2]
        topics = matching_topics(text, request.user, MOST - len(categories))
    for one in categories:
        one.link = markdown.link(one.name, one.get_absolute_url())
    for one in topics:
        one.link = markdown.link(one.title, reverse("topic", args=[one.pk]))
    return render(request, "completion/_places.html", {"categories": categories, "topics": topics})


@never_cache
@require_safe
@for_members
@limited("completion")
def tags(request):
    """Tags with a name that has a word that begins with `text`, the most used ones first.

    Those that the member may use in `category` (an id), if that is chosen.
    """
    pk = request.GET.get("category", "")
    pk = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0
    with time_limit(PATIENCE):
        found = matching_tags(typed(request), request.user, pk, MOST)
    return render(request, "completion/_tags.html", {"tags": found})


def typed(request):
    """What is to be completed, "" if that is too long to be a name."""
    text = request.GET.get("text", "").strip()
    return text if len(text) <= LONGEST else ""
