"""Topic lists (latest, or a category with its sub-categories): pinned first, then by activity,
paged by key.
"""

import re
from datetime import datetime
from typing import NamedTuple

from forum.db.prepared import Prepared
from forum.models import Category, Topic
from forum.models.editions import with_edition
from forum.models.readings import with_readings
from forum.models.topics import list_key, with_row_names
from forum.pages import fragments

SIZE = 30
KEY = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(\d{1,18})", re.ASCII)


class BadKey(ValueError):
    """The key of a list's page can't be read."""


class TopicRow(NamedTuple):
    """A topic in a list: all that its row depends on, and by what it is ordered."""

    pk: int
    epoch: str
    change: int
    bumped_at: datetime
    edition: str
    names: int
    read_to: int | None  # None for guests, 0 where a member has never opened it

    @property
    def row_key(self):
        return fragments.row_key(
            self.pk, self.epoch, self.change, self.edition, self.names, self.read_to
        )


class TopicList:
    """What one reader sees of a list. `name` is "latest" or "category:5", as pages and sockets call
    it.
    """

    def __init__(self, user, category=None):
        self.user, self.category = user, category
        self.name = category.list_name if category else "latest"
        self.within = (category.pk,) if category else ()

    @classmethod
    def named(cls, name, user):
        """The list of this name, or Category.DoesNotExist when there is none that `user` may
        see.
        """
        if name == "latest":
            return cls(user)
        kind, _, pk = name.partition(":")
        if kind != "category" or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Category.DoesNotExist
        return cls(user, Category.objects.visible_to(user).get(pk=int(pk)))

    @property
    def topics(self):
        return topics(self.user, *self.within)

    def page(self, before=None):
        """The TopicRows of one page, and the key of the next ("" on the last). Raises BadKey."""
        if not before:
            return first_page(self.user, *self.within)
        return paged(unpinned(self.user, *self.within, before=read_key(before)))

    def page_above(self, after):
        """The TopicRows of the page above this key, and the key of the next; ([], "") where that is
        the first page.

        Raises BadKey.
        """
        rows = above(self.user, *self.within, after=read_key(after))
        places = [TopicRow(*row) for row in reversed(rows[:SIZE])]
        return (places, key_of(places[-1])) if len(rows) > SIZE else ([], "")

    def rows(self, places):
        """The rows of these places as HTML. One that left the list meanwhile is left out."""
        found = {place.pk: fragments.kept.get(place.row_key) for place in places}
        missing = {place.pk: place.read_to for place in places if found[place.pk] is None}
        if missing:
            for topic in self.topics.for_display().filter(pk__in=missing):
                found[topic.pk] = fragments.row(topic, missing[topic.pk])
        return [found[place.pk] for place in places if found[place.pk] is not None]


def first_page(reader, *within):
    places, older = paged(REST.rows(reader, *within))
    return [TopicRow(*row) for row in PINNED.rows(reader, *within)] + places, older


def paged(rows):
    places = [TopicRow(*row) for row in rows]
    older = key_of(places[SIZE - 1]) if len(places) > SIZE else ""
    return places[:SIZE], older


def key_of(place):
    return list_key(place.bumped_at, place.pk)


def topics(reader, *within):
    found = Topic.objects.visible_to(reader)
    return found.filter(category__in=Category.objects.within(*within)) if within else found


def unpinned(reader, *within, before=None):
    rest = places(reader, *within).filter(pinned_at=None).in_order()
    return (rest.before(*before) if before else rest)[: SIZE + 1]


def above(reader, *within, after):
    rest = places(reader, *within).filter(pinned_at=None).after(*after)
    return rest.order_by("bumped_at", "pk")[: SIZE + 1]


def places(reader, *within):
    found = with_row_names(with_edition(topics(reader, *within)))
    return with_readings(found, reader, unopened=0).values_list(*TopicRow._fields)


PINNED = Prepared(lambda reader, *within: places(reader, *within).pinned())
REST = Prepared(unpinned)


def read_key(key):
    match = KEY.fullmatch(key)
    if not match:
        raise BadKey(key)
    try:
        return datetime.fromisoformat(match[1]), int(match[2])
    except ValueError as error:  # the 31st of June
        raise BadKey(key) from error
