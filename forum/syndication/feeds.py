"""Atom feeds of lists, topics and members: what guests may read, whoever asks.

Those of lists and topics are kept like guests' pages, and sent while nothing in them has changed.
"""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum.models import Post
from forum.pages import atom, fragments, topics, validators
from forum.pages.topic_lists import TopicList
from forum.serving.page_cache import make_cacheable
from forum.views import categories, members, tags
from forum.views.found import found_or_404

from .limits import limited

SIZE = 20
GUEST = AnonymousUser()


@require_safe
@limited
def latest(request):
    title = _("Latest topics of %(site)s") % {"site": settings.SITE_NAME}
    return of_list(request, TopicList(GUEST), title, "/")


@require_safe
@limited
def category(request, category_id):
    found = found_or_404(categories.FOUND, GUEST, category_id)
    return of_list(request, TopicList(GUEST, found), named(found.name), found.get_absolute_url())


@require_safe
@limited
def tag(request, tag_slug):
    for found in tags.FOUND.instances(GUEST, tag_slug):
        if found.slug != tag_slug:
            return redirect("tag_feed", found.slug)
        topic_list = TopicList(GUEST, tag=found)
        return of_list(request, topic_list, named(found.name), found.get_absolute_url())
    raise Http404


def of_list(request, topic_list, title, page):
    """Its topics, those with the latest activity first, each with the text it began with."""
    address, values = request.path, topic_list.newest()
    make_cacheable(request, validators.feed_version(topic_list, values), iri_to_uri(address))
    ids = [pk for pk, *_rest in values]
    found = topic_list.topics.for_display().in_bulk(ids)
    begun = Post.objects.filter(topic__in=ids, number=1).shown()
    first = {post.topic_id: post for post in begun}
    entries = [atom.of_topic(found[pk], first.get(pk)) for pk in ids if pk in found]
    return atom.response(title, page, address, entries)


@require_safe
@limited
def topic(request, topic_id):
    last = topics.topic(GUEST, topic_id).last_number
    posts = Range(max(last - SIZE + 1, 1), last)
    found = topics.topic(GUEST, topic_id, *posts)
    make_cacheable(request, validators.page_version(found, posts), request.path)
    loaded = fragments.POSTS.instances(GUEST, found.pk, *posts)
    entries = [atom.of_post(post, found) for post in reversed(loaded) if not post.is_hidden]
    return atom.response(named(found.title), found.get_absolute_url(), request.path, entries)


class Range(NamedTuple):
    """Numbers of posts."""

    first: int
    last: int


@require_safe
@limited
def member(request, username):
    found = members.find_member(username)
    if found.username != username:
        return redirect("member_feed", found.username)
    posts = members.POSTS_WRITTEN.below.instances(GUEST, found.pk, members.NEWEST)[:SIZE]
    entries = [atom.of_post(post, post.topic) for post in posts]
    title, page = named(found.display_name), found.get_absolute_url()
    return atom.response(title, page, reverse("member_feed", args=[username]), entries)


def named(name):
    return f"{name} · {settings.SITE_NAME}"
