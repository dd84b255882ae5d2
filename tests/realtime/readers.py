"""A reader with a topic and the latest topics open, like the elements live-topic and live-list."""

import re

from django.conf import settings
from django.test import Client

from forum.models import Topic
from tests.faults.pages import Page
from tests.realtime.sockets import DEADLINE, Socket, do

ROW = re.compile(r'<li class="row.*?</li>', re.DOTALL)
ANSWERS = {"changes", "rows", "news", "reload", "gone"}
OF_THE_READER = re.compile(
    r' row--(unopened|unread|read)| data-read="\d+"|(?<=href=")/t/[^"]*'
    r'|<span class="row__new".*?</span>|<a class="row__unread".*?</a>'
)


class Reader:
    """`user` is None for a guest. `refused` collects events that they should not have got."""

    def __init__(self, user, topic):
        self.user, self.client, self.refused = user, Client(), []
        if user:
            self.client.force_login(user, backend="forum.accounts.backends.MemberBackend")
        self.topic, self.list, self.socket = TopicPage(self, topic), ListPage(self), None
        self.seen = self.seen_before = {}  # {topic: change}, now and before the last doing

    async def comes(self):
        """Opens both pages, and the socket for them."""
        await self.topic.load("began")
        await self.list.load()
        cookie = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        self.socket = Socket(cookie.value if cookie else "")
        self.heard = self.asked = 0
        assert (await self.socket.wire.connect(timeout=DEADLINE))[0]
        await self.watch()

    async def watch(self):
        await self.topic.watch()
        await self.list.watch()
        await self.send(type="watch", news="now")

    async def send(self, **message):
        self.asked += message["type"] == "watch"
        await self.socket.send(**message)

    async def get(self, path):
        answer = await do(self.client.get, path, follow=True)
        return answer.status_code, answer.content.decode()

    async def may_see(self):
        """{topic: change} of all that this reader may see now."""
        user = await do(self._as_stored)
        return await do(lambda: dict(Topic.objects.visible_to(user).values_list("pk", "change")))

    def _as_stored(self):
        from django.contrib.auth import get_user_model
        from django.contrib.auth.models import AnonymousUser

        return get_user_model().objects.get(pk=self.user.pk) if self.user else AnonymousUser()

    async def takes_in(self, seen):
        """Handles all frames so far; True once both pages are current and no answer is pending.

        seen: the result of `may_see`.
        """
        if seen != self.seen:
            self.seen, self.seen_before = seen, self.seen
        frames = self.socket.collect()
        for frame in frames[self.heard :]:
            self.refused += [
                (frame, sorted(seen))
                for topic in shown_in(frame)
                if topic not in seen and not self._was_sent_before(frame)
            ]
            self.asked -= frame["type"] in ANSWERS
            await self.topic.handle(frame)
            self.list.handle(frame)
        self.heard = len(frames)
        if self.socket.code is not None or (self.topic.gone and self.topic.topic in seen):
            await self.leaves()
            # the browser reconnects, or the reader opens a topic again that was gone
            await self.comes()
            return False
        topic_is_current = (
            self.topic.have == seen[self.topic.topic]
            if self.topic.topic in seen
            else self.topic.gone
        )
        return topic_is_current and self.list.changes == seen and not self.asked

    def _was_sent_before(self, frame):
        """Whether the event may be a late copy of what the reader was allowed to see then."""
        return frame["type"] == "post_update" and frame["change"] <= self.seen_before.get(
            frame["topic"], -1
        )

    async def leaves(self):
        if self.socket:
            await self.socket.leave()


def shown_in(frame):
    """The topics of which a frame shows anything."""
    if frame["type"] == "rows":
        return [event["topic"] for event in frame["rows"]]
    left_the_list = frame.get("row", "") is None
    return (
        [frame["topic"]]
        if frame["type"] in ("post_update", "changes") and not left_the_list
        else []
    )


class TopicPage(Page):
    def __init__(self, reader, topic):
        super().__init__("topic", "", topic)
        self.reader = reader

    async def load(self, kind):
        self.gone = False
        await super().load(kind)

    async def fetch(self, path):
        return await self.reader.get(path)

    async def send(self, message):
        await self.reader.send(**message)


class ListPage:
    def __init__(self, reader):
        self.reader, self.rows = reader, {}

    async def load(self):
        _status, text = await self.reader.get("/")
        self.rows = {number_in(row, "topic"): row for row in ROW.findall(text)}

    async def watch(self):
        rows = ",".join(f"{topic}:{change}" for topic, change in self.changes.items())
        await self.reader.send(type="watch", list="latest", rows=rows)

    def handle(self, message):
        if message["type"] == "post_update" and "row" in message:
            self.receive(message)
        elif message["type"] == "rows":
            for event in message["rows"]:
                self.receive(event)
            for topic in message["gone"]:
                self.rows.pop(topic, None)

    def receive(self, event):
        shown = self.rows.get(event["topic"])
        if shown and event["change"] < number_in(shown, "change"):
            return
        if event["row"] is None:
            self.rows.pop(event["topic"], None)
        else:
            self.rows[event["topic"]] = event["row"]

    @property
    def changes(self):
        return {topic: number_in(row, "change") for topic, row in self.rows.items()}

    @property
    def shown(self):
        """All rows in order: pinned ones first, then by activity."""
        rows = sorted(self.rows.values(), key=place_of, reverse=True)
        return [re.sub(r"\s+", " ", OF_THE_READER.sub("", row)) for row in rows]


def number_in(row, name):
    return int(re.search(rf'data-{name}="(\d+)"', row)[1])


def place_of(row):
    pinned, key = (
        re.search(r'data-pinned="([^"]*)"', row)[1],
        re.search(r'data-key="([^"]*)"', row)[1],
    )
    return (f"1{pinned}" if pinned else "0") + " " + key
