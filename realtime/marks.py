"""Who is writing, and where: short marks that a page renews while somebody types."""

import time
from typing import NamedTuple

from . import groups, rights

LIFE = 6.0  # seconds that a mark holds; pages renew it every three


class Writing(NamedTuple):
    names: dict  # member id -> display name
    lists: tuple  # groups of the lists that the topic stands in, whose readers may see it

    def joined_by(self, other):
        return Writing(self.names | other.names, other.lists)


class Marks:
    """Of the pages of one process."""

    def __init__(self, hub):
        self._hub, self._until = hub, {}  # (topic id, page) -> when it runs out

    def add(self, page, topic):
        if page.user_id and not page.user.hides_presence:
            self._until[topic, page] = time.monotonic() + LIFE

    def current(self):
        """{topic id: Writing}. Whoever left the page writes no more: mostly they have sent it."""
        now, found = time.monotonic(), {}
        self._until = {key: until for key, until in self._until.items() if until > now and is_shown(key[1], key[0])}
        for topic, page in self._until:
            writing = found.setdefault(topic, Writing({}, self._lists_of(topic)))
            writing.names[page.user_id] = page.user.display_name
        return found

    def _lists_of(self, topic):
        head, categories = self._hub.heads.get(topic), self._hub.rights
        if not head or categories is None:
            return ()
        return tuple(groups.of_lists(head.category, rights.is_private(categories, head.category)))


def is_shown(page, topic):
    return groups.of_topic(topic) in page.joined
