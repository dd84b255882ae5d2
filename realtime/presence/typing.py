"""Writing marks: who is writing in which topic. A page renews its mark while its reader types."""

from forum.models import Topic
from realtime import database
from realtime.access import permissions
from realtime.protocol import groups
from realtime.protocol.viewers import Writing


class Typing:
    """The writing marks of the pages of one process."""

    def __init__(self, hub):
        self._hub, self._timing = hub, hub.timing
        self._until = {}  # (topic id, page) -> when it expires
        self._changed = set()  # topics that may have been closed, moved or tagged since
        self._tags = {}  # topic id -> ids of its tags, of topics with marks

    async def add(self, page, topic):
        """Sets or renews a page's mark, if it shows the topic and its reader may reply there."""
        if not page.user_id or page.user.hides_presence or not is_shown(page, topic):
            return
        writers, tags = await database.ask(those_who_may_reply, topic, {page.user_id: page.user})
        if writers:
            self._tags[topic] = tags
            self.mark(page, topic)

    def mark(self, page, topic):
        self._until[topic, page] = self._timing.clock() + self._timing.writing_lasts

    def forget_writer(self, topic, member):
        """Removes a member's marks in a topic."""
        self._until = {
            (shown, page): end
            for (shown, page), end in self._until.items()
            if (shown, page.user_id) != (topic, member)
        }

    def topic_changed(self, topic):
        """To be called after each change of the topic, after which it may be in other lists."""
        self._changed.add(topic)

    async def recheck(self):
        """Removes the marks of members who may not reply any more, in topics that have changed.

        If the database fails, removes all marks there.
        """
        changed, self._changed = self._changed, set()
        for topic in changed:
            writers = {page.user_id: page.user for shown, page in self._until if shown == topic}
            if writers:
                try:
                    found = await database.ask(those_who_may_reply, topic, writers)
                    writers, self._tags[topic] = found
                except Exception:  # noqa: BLE001 - the next `typing` message sets the mark again
                    writers = {}
                self._keep(topic, writers)

    def _keep(self, topic, writers):
        self._until = {
            key: end
            for key, end in self._until.items()
            if key[0] != topic or key[1].user_id in writers
        }

    def current(self):
        """{topic id: Writing} of the marks that last and whose page still shows the topic."""
        now, found = self._timing.clock(), {}
        self._until = {
            key: until
            for key, until in self._until.items()
            if until > now and is_shown(key[1], key[0])
        }
        self._tags = {topic: self._tags.get(topic, ()) for topic, _page in self._until}
        for topic, page in self._until:
            writing = found.setdefault(topic, Writing({}, self._lists_of(topic)))
            writing.names[page.user_id] = page.user.display_name
        return found

    def _lists_of(self, topic):
        head, categories = self._hub.sweep.heads.get(topic), self._hub.fences.categories
        if not head or categories is None:
            return ()
        is_private = permissions.is_private(categories, head.category)
        return tuple(groups.of_lists(head.category, is_private, self._tags.get(topic, ())))


def those_who_may_reply(topic_id, users):
    """({member id: user}: those of these users who may reply in the topic, ids of its tags)."""
    found = {pk: user for pk, user in users.items() if takes_replies_from(topic_id, user)}
    topic = Topic.objects.filter(pk=topic_id).only("tag_list").first()
    return found, tuple(groups.tags_of(topic)) if topic else ()


def takes_replies_from(topic_id, user):
    topic = Topic.objects.visible_to(user).filter(pk=topic_id).first()
    return topic is not None and topic.takes_replies_from(user)


def is_shown(page, topic):
    return groups.of_topic(topic) in page.joined
