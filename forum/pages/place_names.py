"""Finds categories, topics and tags by the beginning of a word in their name."""

from django.db.models import OuterRef, Q, Subquery

from forum.models import Category, Tag, TagName, Topic
from forum.models.tags import key_of
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


def matching_tags(text, user, category_id, most):
    """At most `most` Tags, the most used ones first; without text the most used ones of all.

    `found_by` is the synonym that has the word, None if the name has.
    """
    category = Category.objects.writable_by(user).filter(pk=category_id).first()
    tags = Tag.objects.usable_by(user, category) if category else Tag.objects.visible_to(user)
    word = key_of(text)
    if text and not word:
        return []
    named = Q(key__startswith=word) | Q(key__contains=f"-{word}")
    names = TagName.objects.filter(named, tag=OuterRef("pk")).order_by("key").values("name")
    tags = tags.annotate(found_by=Subquery(names[:1])).filter(found_by__isnull=False)
    found = list(tags.with_counts(user).order_by("-topics", "key")[:most])
    for tag in found:
        if not word or word in tag.key:
            tag.found_by = None
    return found
