"""Topic lists (latest, or a category with its subcategories): pinned first, then by activity.

Keyset pagination: a page is addressed by the key of the last row before it.
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
    """The key of a page is not valid."""


class TopicRow(NamedTuple):
    """A topic in a list: all values that its HTML and its position depend on."""

    pk: int
    epoch: str
    row_change: int
    bumped_at: datetime
    edition: str
    names: int
    read_to: int | None  # None for guests, 0 if the member has never opened it

    @property
    def row_key(self):
        return fragments.row_key(
            self.pk, self.epoch, self.row_change, self.edition, self.names, self.read_to
        )


class TopicList:
    """A topic list as one reader sees it. `name`, "latest" or "category:5", is used on the wire."""

    def __init__(self, user, category=None):
        self.user, self.category = user, category
        self.name = category.list_name if category else "latest"
        self.within = (category.pk,) if category else ()

    @classmethod
    def named(cls, name, user):
        """The list with this name; raises Category.DoesNotExist if `user` may see none."""
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
        """(TopicRows of one page, key of the next page or ""). Raises BadKey."""
        if not before:
            return first_page(self.user, *self.within)
        return paged(unpinned(self.user, *self.within, before=read_key(before)))

    def page_above(self, after):
        """(TopicRows of the page above the key `after`, key of the next page).

        ([], "") if that is the first page, which is addressed without a key. Raises BadKey.
        """
        found = above(self.user, *self.within, after=read_key(after))
        rows = [TopicRow(*row) for row in reversed(found[:SIZE])]
        return (rows, key_of(rows[-1])) if len(found) > SIZE else ([], "")

    def html_rows(self, rows):
        """The rows as HTML, without those that have left the list since."""
        html = {row.pk: fragments.cache.get(row.row_key) for row in rows}
        missing = {row.pk: row.read_to for row in rows if html[row.pk] is None}
        if missing:
            for topic in self.topics.for_display().filter(pk__in=missing):
                html[topic.pk] = fragments.row(topic, missing[topic.pk])
        return [html[row.pk] for row in rows if html[row.pk] is not None]


def first_page(reader, *within):
    rows, older = paged(REST.rows(reader, *within))
    return [TopicRow(*row) for row in PINNED.rows(reader, *within)] + rows, older


def paged(found):
    rows = [TopicRow(*row) for row in found]
    older = key_of(rows[SIZE - 1]) if len(rows) > SIZE else ""
    return rows[:SIZE], older


def key_of(row):
    return list_key(row.bumped_at, row.pk)


def topics(reader, *within):
    found = Topic.objects.visible_to(reader)
    return found.filter(category__in=Category.objects.within(*within)) if within else found


def unpinned(reader, *within, before=None):
    rest = row_values(reader, *within).filter(pinned_at=None).in_order()
    return (rest.before(*before) if before else rest)[: SIZE + 1]


def above(reader, *within, after):
    rest = row_values(reader, *within).filter(pinned_at=None).after(*after)
    return rest.order_by("bumped_at", "pk")[: SIZE + 1]


def row_values(reader, *within):
    found = with_row_names(with_edition(topics(reader, *within)))
    return with_readings(found, reader, unopened=0).values_list(*TopicRow._fields)


PINNED = Prepared(lambda reader, *within: row_values(reader, *within).pinned())
REST = Prepared(unpinned)


def read_key(key):
    match = KEY.fullmatch(key)
    if not match:
        raise BadKey(key)
    try:
        return datetime.fromisoformat(match[1]), int(match[2])
    except ValueError as error:  # the 31st of June
        raise BadKey(key) from error
