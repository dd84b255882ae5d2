"""Topic lists (latest, a category with its subcategories, a tag): pinned first, then by activity.

Keyset pagination: a page is addressed by the key of the last row before it.
"""

import re
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from forum.db.prepared import Prepared
from forum.models import Category, Tag, Topic
from forum.models.editions import with_edition
from forum.models.readings import with_readings
from forum.models.topics import list_key, with_row_names
from forum.pages import fragments

SIZE = 30
IN_FEED = 20
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
    """A topic list as one reader sees it. `name`, as "latest", "category:5" or "tag:7", is used on
    the wire.
    """

    def __init__(self, user, category=None, tag=None):
        self.user, self.category, self.tag = user, category, tag
        of = tag or category
        self.name = of.list_name if of else "latest"
        self.scope = WITH_TAG if tag else EVERYWHERE
        self.within = (of.pk,) if of else ()

    @classmethod
    def named(cls, name, user):
        """The list with this name; raises ObjectDoesNotExist if `user` may see none."""
        if name == "latest":
            return cls(user)
        kind, _, pk = name.partition(":")
        is_number = pk.isascii() and pk.isdigit() and len(pk) < 19
        if kind == "tag" and is_number:
            return cls(user, tag=Tag.objects.visible_to(user).get(pk=int(pk)))
        if kind == "category" and is_number:
            return cls(user, Category.objects.visible_to(user).get(pk=int(pk)))
        raise Category.DoesNotExist

    @property
    def topics(self):
        return self.scope.topics(self.user, *self.within)

    def page(self, before=None):
        """(TopicRows of one page, key of the next page or ""). Raises BadKey."""
        if not before:
            return self.scope.first_page(self.user, *self.within)
        return paged(self.scope.unpinned(self.user, *self.within, before=read_key(before)))

    def page_above(self, after):
        """(TopicRows of the page above the key `after`, key of the next page).

        ([], "") if that is the first page, which is addressed without a key. Raises BadKey.
        """
        found = self.scope.above(self.user, *self.within, after=read_key(after))
        rows = [TopicRow(*row) for row in reversed(found[:SIZE])]
        return (rows, key_of(rows[-1])) if len(found) > SIZE else ([], "")

    def newest(self):
        """[(id, epoch, change, edition, names)] of the topics in its feed."""
        return self.scope.newest(self.user, *self.within)

    def html_rows(self, rows):
        """The rows as HTML, without those that have left the list since."""
        html = {row.pk: fragments.cache.get(row.row_key) for row in rows}
        missing = {row.pk: row.read_to for row in rows if html[row.pk] is None}
        if missing:
            for topic in self.topics.for_display().filter(pk__in=missing):
                html[topic.pk] = fragments.row(topic, missing[topic.pk])
        return [html[row.pk] for row in rows if html[row.pk] is not None]


class Scope:
    """The queries of a kind of list. `within` is the id of the category or tag, if it has one.

    topics: those of a list. along: the same under a condition, to be read in the order of an index.
    at, pk: the fields of the last activity and of the id by which that is ordered.
    """

    def __init__(self, topics, along, at, pk):
        self.topics, self._along, self._at, self._pk = topics, along, at, pk
        self._pinned, self._rest = Prepared(self.pinned), Prepared(self.unpinned)
        self._newest = Prepared(self._latest)

    def first_page(self, reader, *within):
        rows, older = paged(self._rest.rows(reader, *within))
        return [TopicRow(*row) for row in self._pinned.rows(reader, *within)] + rows, older

    def newest(self, reader, *within):
        """Of the topics with the latest activity, pinned or not, all that a feed depends on."""
        return self._newest.rows(reader, *within)

    def _latest(self, reader, *within):
        found = with_row_names(with_edition(self._along(reader, Q(), *within)))
        found = found.order_by(f"-{self._at}", f"-{self._pk}")[:IN_FEED]
        return found.values_list("pk", "epoch", "change", "edition", "names")

    def pinned(self, reader, *within):
        return row_values(self.topics(reader, *within), reader).pinned()

    def unpinned(self, reader, *within, before=None):
        below = self._beyond("lt", before) if before else Q()
        rest = self._unpinned(below, reader, *within)
        return rest.order_by(f"-{self._at}", f"-{self._pk}")[: SIZE + 1]

    def above(self, reader, *within, after):
        rest = self._unpinned(self._beyond("gt", after), reader, *within)
        return rest.order_by(self._at, self._pk)[: SIZE + 1]

    def _unpinned(self, condition, reader, *within):
        found = self._along(reader, Q(pinned_at=None) & condition, *within)
        return row_values(found, reader)

    def _beyond(self, lookup, key):
        """Below ("lt") or above ("gt") a key; as a plain range first, for the index."""
        at, pk = key
        further = Q((f"{self._at}__{lookup}", at)) | Q((f"{self._pk}__{lookup}", pk))
        return Q((f"{self._at}__{lookup}e", at)) & further


def row_values(topics, reader):
    found = with_row_names(with_edition(topics))
    return with_readings(found, reader, unopened=0).values_list(*TopicRow._fields)


def topics_in(reader, *category):
    """The topics that `reader` may see, of this category (an id), if one is given."""
    found = Topic.objects.visible_to(reader)
    return found.filter(category__in=Category.objects.within(*category)) if category else found


def topics_with(reader, tag):
    """The topics with this tag (an id) that `reader` may see."""
    return Topic.objects.visible_to(reader).with_tag(tag)


EVERYWHERE = Scope(
    topics_in,
    lambda reader, condition, *category: topics_in(reader, *category).filter(condition),
    "bumped_at",
    "pk",
)
WITH_TAG = Scope(
    topics_with,
    lambda reader, condition, tag: Topic.objects.visible_to(reader).along_tag(tag, condition),
    "here__bumped_at",
    "here__topic",
)


def paged(found):
    rows = [TopicRow(*row) for row in found]
    older = key_of(rows[SIZE - 1]) if len(rows) > SIZE else ""
    return rows[:SIZE], older


def key_of(row):
    return list_key(row.bumped_at, row.pk)


def read_key(key):
    match = KEY.fullmatch(key)
    if not match:
        raise BadKey(key)
    try:
        return datetime.fromisoformat(match[1]), int(match[2])
    except ValueError as error:  # the 31st of June
        raise BadKey(key) from error
