"""The overview of tags, with the number of topics of each that the reader may see."""

from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser

from forum.db.prepared import Prepared
from forum.models import Tag
from forum.models.editions import with_edition
from forum.serving.page_cache import Version

SIZE = 100
GUEST = AnonymousUser()


class TagRow(NamedTuple):
    """A tag in the overview: all that its HTML depends on."""

    key: str
    slug: str
    name: str
    description: str
    topics: int
    edition: str


def rows_after(reader, key):
    """The tags whose key is after this one, and one more than a page has."""
    tags = with_edition(Tag.objects.visible_to(reader).with_counts(reader)).filter(key__gt=key)
    return tags.order_by("key").values_list(*TagRow._fields)[: SIZE + 1]


ROWS = Prepared(rows_after)


def page_after(reader, key=""):
    """(TagRows of a page, the key after which the next one begins or "")."""
    rows = [TagRow(*row) for row in ROWS.rows(reader, key)]
    return rows[:SIZE], rows[SIZE - 1].key if len(rows) > SIZE else ""


def version(page):
    """The validator of the first page for guests."""
    return Version(page_after, (GUEST,), page)
