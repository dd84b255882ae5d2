"""What an open page may say over its socket: watch, unwatch, seen, typing, pong. It writes over HTTP."""

import logging
import time

from channels.generic.websocket import AsyncWebsocketConsumer

from forum.models import Reading, Topic
from forum.models.readings import with_readings

from . import database, events, feed, groups, limits, messages, metrics, rights, tops
from .heads import Head
from .hub import the_hub
from .messages import BadMessage
from .outlets import BACKLOG, Outlet
from .readers import reader_with, session_key_of

logger = logging.getLogger(__name__)
PATIENCE = 10  # seconds that a page may take to read an answer

TOO_BIG, TOO_FAST, TRY_LATER = 1009, 1008, 1013  # close codes, and one of our own:
ASK_AGAIN = 4001  # come back at once; who may see what has changed, or the page did not read


class Page(AsyncWebsocketConsumer):
    channel_layer_alias = "none"  # the hub listens for all: no channel of its own

    async def __call__(self, scope, receive, send):
        self.joined, self.topics, self.held = set(), set(), {}
        self.user, self.user_id, self.rights = None, None, None
        self.asking = None  # who of those that share this socket asks just now
        self.beat_at = self.heard_at = time.monotonic()
        self.allowance = limits.Allowance()
        self.outlet = Outlet(send, on_full=self.send_away)
        self.hub = the_hub()
        try:
            await super().__call__(scope, receive, send)
        finally:  # however it ended
            self.outlet.abandon()
            self.hub.part(self)

    async def connect(self):
        await self.accept()
        self.session_key = session_key_of(self.scope)
        try:
            await self._enter()
        except Exception:
            logger.exception("A page could not be let in.")
            self.outlet.close(TRY_LATER)

    async def _enter(self):
        fences = None
        while fences != self.hub.fences or self.hub.known is None:
            fences = self.hub.fences  # one that falls while the database is asked might mean this page
            if self.hub.known is None:
                self.hub.known = await database.ask(tops.look, [])  # what comes after this is news to the sweep
            if self.hub.rights is None:
                self.hub.rights = await database.ask(rights.of_categories)
            self.user, self.rights = await database.ask(reader_with, self.session_key)
        self.user_id = self.user.pk
        self.hub.enter(self)

    # --- What the page says ---

    async def receive(self, text_data=None, bytes_data=None):
        self.heard_at = time.monotonic()
        if limits.is_too_big(text_data or bytes_data or ""):
            return self.outlet.close(TOO_BIG)
        if not self.allowance.take():
            return self.outlet.close(TOO_FAST)
        try:
            message = messages.read(text_data or "")
            self.asking = messages.asker_in(message)
            await self._answer(message)
        except BadMessage as error:
            await self._send({"type": "error", "message": str(error)})
        except Exception:
            logger.exception("A page could not be answered.")
            self.outlet.close(TRY_LATER)

    async def _answer(self, message):
        answers = {"watch": self.watch, "unwatch": self.unwatch, "seen": self.seen, "pong": self.pong}
        answers["typing"] = self.typing
        if message["type"] not in answers:
            raise BadMessage("The type must be one of watch, unwatch, seen, typing, pong.")
        await answers[message["type"]](message)
        if message["type"] == "watch":
            metrics.CATCH_UPS.labels("socket").inc()

    async def watch(self, message):
        if "news" in message:
            await self._watch_everyone(message)
        elif "topic" in message:
            await self._watch_topic(message)
        elif "list" in message:
            await self._watch_list(message)
        else:
            raise BadMessage("Watch a topic, a list or the news.")

    async def unwatch(self, message):
        self._drop_topic(messages.number_in(message, "topic"))

    async def seen(self, message):
        topic, number = messages.number_in(message, "topic"), messages.number_in(message, "number")
        if self.user_id and topic in self.topics:
            await database.write(record, self.user, topic, number)

    async def typing(self, message):
        self.hub.presence.marks.add(self, messages.number_in(message, "topic"))

    async def pong(self, message):
        pass

    # --- Watching: join first, then the database, then live, so that nothing falls between ---

    async def _watch_topic(self, message):
        topic = messages.number_in(message, "topic")
        since, epoch = messages.number_in(message, "change"), messages.epoch_in(message)
        if topic not in self.topics and len(self.topics) >= limits.TOPICS:
            raise BadMessage(f"One page may watch {limits.TOPICS} topics.")
        group = groups.of_topic(topic)
        self.topics.add(topic)
        held = await self._hold([group])
        answer, category = await database.ask(feed.topic_changes_and_place, self.user, topic, epoch, since)
        if not self._holds(held):
            return  # a fence fell meanwhile: the page was told to ask again
        if answer["type"] == "gone":
            self._drop_topic(topic)
        else:
            self.hub.heads.setdefault(topic, Head(answer["epoch"], answer["change"], category))
        await self._send(answer)
        self._release(held)

    async def _watch_list(self, message):
        name, rows = messages.list_in(message), messages.rows_in(message.get("rows", ""))
        topic_list = await database.ask(feed.list_named, name, self.user)
        if topic_list is None:
            await self._send({"type": "gone", "list": name})
            return
        held = await self._hold(await database.ask(groups.for_list, topic_list))
        await self._send(await database.ask(feed.list_changes, topic_list, rows))
        self._release(held)

    async def _watch_everyone(self, message):
        since, topic, name = messages.post_in(message, "news"), *messages.shown_in(message)
        held = await self._hold(await database.ask(groups.for_everyone, self.user))
        await self._send(await database.ask(feed.news_since, self.user, since, topic, name))
        self._release(held)

    async def _hold(self, names):
        """Joins the groups; what they bring is held until the answer is out. Returns {group: texts held}."""
        held = {group: self.held.setdefault(group, []) for group in names}
        for group in names:
            await self.hub.join(self, group)
        return held

    def _holds(self, held):
        return all(self.held.get(group) is texts for group, texts in held.items())

    def _release(self, held):
        for group, texts in held.items():
            if self.held.get(group) is texts:
                del self.held[group]
                for text in texts:
                    self.outlet.push(text)
        self.hub.greet(self, held)

    # --- What the hub says ---

    def hear(self, group, text):
        held = self.held.get(group)
        if held is None:
            self.outlet.push(text)
        else:
            held.append(text)
            if sum(map(len, held)) > BACKLOG:
                self.send_away()

    def ask_again_for_topic(self, topic):
        self._drop_topic(topic)
        self.outlet.push(events.encode({"type": "again", "topic": topic}))

    def send_away(self):
        """Out of all groups at once; the page comes back, is asked who it is, and catches up."""
        self.hub.part(self)
        self.held.clear()
        self.outlet.close(ASK_AGAIN)

    # ---

    def _drop_topic(self, topic):
        self.topics.discard(topic)
        self.held.pop(groups.of_topic(topic), None)
        self.hub.leave(self, groups.of_topic(topic))

    async def _send(self, message):
        """An answer may be large: it waits until the one before has been read. It says for whom it is."""
        if self.asking:
            message = {**message, "for": self.asking}
        try:
            await self.outlet.drained(PATIENCE)
        except TimeoutError:
            self.send_away()
        self.outlet.push(events.encode(message))


def record(user, topic_id, number):
    topics = with_readings(Topic.objects.visible_to(user), user)
    topic = topics.filter(pk=topic_id, last_number__gte=number).first()
    if topic:
        Reading.objects.record(user, topic, number)
