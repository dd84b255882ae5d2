"""What an open page may say over its socket: watch, unwatch, seen, pong. It writes over HTTP."""

import logging
import time

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from forum.models import Reading, Topic

from . import events, feed, groups, messages
from .hub import the_hub
from .messages import BadMessage
from .outlets import Outlet
from .readers import reader_with, session_key_of

logger = logging.getLogger(__name__)
LARGEST = 4096  # bytes of one message
RATE, BURST = 5, 20  # messages a second, and at once
TOPICS = 50  # that one page may watch

TOO_BIG, TOO_FAST, ASK_AGAIN = 1009, 1008, 4001  # close codes; 4001: come back, who may see what has changed


class Page(AsyncWebsocketConsumer):
    channel_layer_alias = "none"  # the hub listens for all: no channel of its own

    async def connect(self):
        self.joined, self.topics, self.held = set(), set(), {}
        self.user_id, self.user = None, None
        self.beat_at = self.heard_at = self.refilled_at = time.monotonic()
        self.allowance = BURST
        self.outlet = Outlet(self.base_send, on_full=self._give_up)
        self.hub = the_hub()
        self.user = await database_sync_to_async(reader_with)(session_key_of(self.scope))
        self.user_id = self.user.pk
        self.hub.enter(self)
        await self.accept()

    async def disconnect(self, code):
        self.outlet.abandon()
        self.hub.part(self)

    # --- What the page says ---

    async def receive(self, text_data=None, bytes_data=None):
        self.heard_at = time.monotonic()
        if len(text_data or bytes_data or "") > LARGEST:
            return self.outlet.close(TOO_BIG)
        if not self._may_speak():
            return self.outlet.close(TOO_FAST)
        try:
            message = messages.read(text_data or "")
            handler = {"watch": self.watch, "unwatch": self.unwatch, "seen": self.seen, "pong": self.pong}.get(
                message["type"]
            )
            if handler is None:
                raise BadMessage("The type must be one of watch, unwatch, seen, pong.")
            await handler(message)
        except BadMessage as error:
            self._send({"type": "error", "message": str(error)})

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
        topic = messages.number_in(message, "topic")
        self.topics.discard(topic)
        self.hub.leave(self, groups.of_topic(topic))

    async def seen(self, message):
        topic, number = messages.number_in(message, "topic"), messages.number_in(message, "number")
        if self.user_id and topic in self.topics:
            await database_sync_to_async(record)(self.user, topic, number)

    async def pong(self, message):
        pass

    # --- Watching: join first, then the database, then live, so that nothing falls between ---

    async def _watch_topic(self, message):
        topic = messages.number_in(message, "topic")
        since, epoch = messages.number_in(message, "change"), messages.epoch_in(message)
        if topic not in self.topics and len(self.topics) >= TOPICS:
            raise BadMessage(f"One page may watch {TOPICS} topics.")
        group = groups.of_topic(topic)
        await self._hold([group])
        self.topics.add(topic)
        answer = await database_sync_to_async(feed.topic_changes)(self.user, topic, epoch, since)
        self._send(answer)
        if answer["type"] == "gone":
            self._drop_topic(topic)
            return
        self.hub.heads.setdefault(topic, (answer["epoch"], answer["change"]))
        self._release([group])

    async def _watch_list(self, message):
        rows = messages.rows_in(message.get("rows", ""))
        topic_list = await database_sync_to_async(feed.list_named)(str(message["list"]), self.user)
        if topic_list is None:
            return self._send({"type": "gone", "list": str(message["list"])[:40]})
        names = await database_sync_to_async(groups.for_list)(topic_list)
        await self._hold(names)
        self._send(await database_sync_to_async(feed.list_changes)(topic_list, rows))
        self._release(names)

    async def _watch_everyone(self, message):
        since, topic, name = messages.number_in(message, "news"), *messages.shown_in(message)
        names = await database_sync_to_async(groups.for_everyone)(self.user)
        await self._hold(names)
        self._send(await database_sync_to_async(feed.news_since)(self.user, since, topic, name))
        self._release(names)

    async def _hold(self, names):
        for group in names:
            self.held.setdefault(group, [])
            await self.hub.join(self, group)

    def _release(self, names):
        for group in names:
            for text in self.held.pop(group, ()):
                self.outlet.push(text)

    # --- What the hub says ---

    def hear(self, group, text):
        held = self.held.get(group)
        if held is None:
            self.outlet.push(text)
        else:
            held.append(text)

    def ask_again_for_topic(self, topic):
        self._drop_topic(topic)
        self._send({"type": "again", "topic": topic})

    def send_away(self):
        """Out of all groups at once; the page comes back and is asked who it is."""
        self.hub.part(self)
        self.outlet.close(ASK_AGAIN)

    # ---

    def _drop_topic(self, topic):
        self.topics.discard(topic)
        self.held.pop(groups.of_topic(topic), None)
        self.hub.leave(self, groups.of_topic(topic))

    def _send(self, message):
        self.outlet.push(events.encode(message))

    def _may_speak(self):
        now = time.monotonic()
        self.allowance = min(BURST, self.allowance + (now - self.refilled_at) * RATE)
        self.refilled_at = now
        self.allowance -= 1
        return self.allowance >= 0

    def _give_up(self):
        """It does not read what it is sent: away with it, and it catches up when it is back."""
        self.hub.part(self)
        self.hub.loop.create_task(self.close(ASK_AGAIN))


def record(user, topic_id, number):
    topic = Topic.objects.visible_to(user).filter(pk=topic_id, last_number__gte=number).first()
    if topic:
        Reading.objects.record(user, topic, number)
