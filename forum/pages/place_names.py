"""Finds categories and topics by the beginning of a word in their name."""

from django.db.models import Q

from forum.models import Category, Topic
from forum.text.slugs import slug_of

RECENT = 2_000  # topics with the latest activity; older ones are found by number


def matching_categories(text, user):
    word = slug_of(text, 80)
    if not word:
        return []
    categories = Category.objects.visible_to(user).in_order()
    return [one for one in categories if f"-{word}" in f"-{slug_of(one.name, 80)}"]


def matching_topics(text, user, most):
    """At most `most` topics that `user` may see: the one with this number, then the latest."""
    word = slug_of(text, 80)
    if not word or most < 1:
        return []
    # The latest of all, so that private ones cost those who may not see them no more.
    recent = Topic.objects.in_order().values("pk")[:RECENT]
    named = Q(pk__in=recent) & (Q(slug__startswith=word) | Q(slug__contains=f"-{word}"))
    topics = Topic.objects.visible_to(user).select_related("category")
    numbered = topics.filter(pk=int(word)) if word.isdecimal() and len(word) < 19 else []
    return [*numbered, *topics.filter(named).in_order()[:most]][:most]
