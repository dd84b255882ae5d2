"""Every address in urls.py, made from what a forum has."""

import re

from django.urls import URLPattern, get_resolver

PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


def addresses(values):
    """All of them, with `values` {name of a part: value} filled in; a part without a value is a
    KeyError.
    """
    for route in routes(get_resolver()):
        yield "/" + plain(PART.sub(lambda part: str(values[part[1] or part[2]]), route))


def routes(resolver, prefix=""):
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from routes(entry, route)


def plain(route):
    """Without the signs of a regular expression."""
    return re.sub(r"[\^$]|\\Z|\(\?:|\\", "", route)


def values_for(topic, member, category, session=""):
    """What fills in the parts: addresses that exist, where they can."""
    post = topic.posts.first()
    return {
        "category_id": category.pk,
        "topic_id": topic.pk,
        "slug": topic.slug,
        "number": 1,
        "post_id": post.pk,
        "member_id": member.pk,
        "username": member.username,
        "announcement_id": 1,
        "key": "key",
        "uidb36": "1",
        "pk": post.pk,
        "name": "hide",
        "id": member.pk,
        "object_id": post.pk,
        "app_label": "forum",
        "url": "nowhere",
    }
