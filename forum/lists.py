"""Lists of topics: latest, or one category with those inside it. Pinned ones first, then by activity, by key."""

import re
from datetime import datetime

from django.utils.functional import cached_property

from forum.models import Category, Topic
from forum.models.readings import with_readings

SIZE = 30
KEY = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(\d{1,18})", re.ASCII)


class BadKey(ValueError):
    """The key of a list's page can't be read."""


class TopicList:
    """What one reader sees of a list. `name` is "latest" or "category:5", as pages and sockets call it."""

    def __init__(self, user, category=None):
        self.user, self.category = user, category
        self.name = f"category:{category.pk}" if category else "latest"

    @classmethod
    def named(cls, name, user):
        """The list of this name, or Category.DoesNotExist when there is none that `user` may see."""
        if name == "latest":
            return cls(user)
        kind, _, pk = name.partition(":")
        if kind != "category" or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Category.DoesNotExist
        return cls(user, Category.objects.visible_to(user).get(pk=int(pk)))

    @cached_property
    def topics(self):
        topics = Topic.objects.visible_to(self.user)
        if self.category:
            topics = topics.filter(category__in=self.category.with_children())
        return topics

    def page(self, before=None):
        """The topics of one page, each with `read_to`, and the key of the next ("" on the last). Raises BadKey."""
        topics = with_readings(self.topics.for_display(), self.user)
        rest = topics.filter(pinned_at=None).in_order()
        pinned = []
        if before:
            rest = rest.before(*read_key(before))
        else:
            pinned = list(topics.pinned())
        rest = list(rest[: SIZE + 1])
        older = rest[SIZE - 1].key if len(rest) > SIZE else ""
        return pinned + rest[:SIZE], older


def read_key(key):
    match = KEY.fullmatch(key)
    if not match:
        raise BadKey(key)
    try:
        return datetime.fromisoformat(match[1]), int(match[2])
    except ValueError as error:  # the 31st of June
        raise BadKey(key) from error
