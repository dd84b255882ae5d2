"""The socket of an open page: answers its messages, one at a time. Posts are sent over HTTP."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser

from forum.models import Reading
from realtime import database, metrics
from realtime.access import permissions
from realtime.access.handshake import counted_network_of, session_key_of
from realtime.connections import watch
from realtime.connections.send_buffer import BACKLOG, DIRECT, SendBuffer
from realtime.hub.hub import the_hub
from realtime.protocol import events, groups, limits, messages
from realtime.protocol.close_codes import RESYNC, TOO_BIG, TOO_FAST, TRY_LATER
from realtime.protocol.messages import BadMessage

logger = logging.getLogger(__name__)
PATIENCE = 10  # seconds that a page may take to read an answer, and the server to admit a page

NOTHING = ()  # shared by all pages without unanswered messages
GUEST = AnonymousUser()


async def serve(scope, receive, send):
    """ASGI application for a page's socket. On our own server it returns while the page stays."""
    await receive()  # websocket.connect
    direct = scope.get("extensions", {}).get(DIRECT)
    page = Connection(the_hub(), session_key_of(scope), counted_network_of(scope))
    page.send_buffer = direct or SendBuffer(send, page)
    if not page.hub.admission.networks.take(page.network):
        await send({"type": "websocket.close"})
        return
    try:
        await send({"type": "websocket.accept"})
        page.work()
        if direct:
            direct.attach(page)
        else:
            await page.receive_all(receive)
    except BaseException:
        page.leave()
        raise


class Connection:
    """One of thousands and mostly idle, so it is small and has a task only while it works."""

    __slots__ = (
        *(
            "_task",
            "_unanswered",
            "allowance",
            "correlation_id",
            "beat_at",
            "received_at",
            "held",
            "hub",
            "is_open",
            "joined",
        ),
        *("network", "rights", "send_buffer", "session_key", "user", "user_id"),
    )

    def __init__(self, hub, session_key, network):
        self.hub, self.session_key, self.network = hub, session_key, network
        self.send_buffer: Any = None  # a SendBuffer, or a connection of uvicorn_protocol.py
        self._unanswered: Sequence[str] = NOTHING
        self._task, self.is_open = None, True
        self.joined = set()  # its groups, as hub.routes maintains them
        self.held = {}  # group -> events that wait until an answer has been sent
        self.user: Any = None  # a User or AnonymousUser, once admitted
        self.user_id, self.rights = None, None
        self.correlation_id = None  # the `for` of the message being answered
        self.beat_at = self.received_at = time.monotonic()
        self.allowance = limits.Allowance(limits.MESSAGES)

    @property
    def topics(self):
        """The ids of the topics that it watches."""
        return groups.topics_among(self.joined)

    @property
    def members(self):
        """Ids of the members whose personal stream it watches: its own, if any."""
        return {groups.member_of(group) for group in self.joined if groups.is_of_member(group)}

    @property
    def visibility_key(self):
        """Equal for readers who may see the same: see permissions.py."""
        return permissions.visibility_key(self.rights)

    @property
    def fast_path(self):
        """How the hub may send events directly, or None while it must not: see broadcast.py."""
        return None if self.held else self.send_buffer.fast_path

    # --- What the server calls ---

    async def receive_all(self, receive):
        while self.is_open:
            self.receive(await receive())
        if self._task:
            await asyncio.wait({self._task})

    def receive(self, message):
        """Queues an ASGI message and returns at once."""
        if message["type"] == "websocket.receive":
            self._receive_text(message.get("text"), message.get("bytes"))
        elif message["type"] == "websocket.disconnect":
            self.leave()

    def _receive_text(self, text, data):
        self.received_at = time.monotonic()
        if self.send_buffer.is_closed:
            return
        if limits.is_too_big(text or data or ""):
            self.close(TOO_BIG)
        elif not self.allowance.take():
            self.close(TOO_FAST)
        else:
            self._unanswered = [*self._unanswered, text or ""]
            self.work()

    def leave(self):
        if self.is_open:
            self.is_open = False
            self.send_buffer.abandon()
            self.hub.remove(self)
            self.hub.admission.networks.release(self.network)

    def work(self):
        if not self._task:
            self._task = self.send_buffer.run(self._work())

    async def _work(self):
        try:
            if self.user is None:
                async with asyncio.timeout(PATIENCE):
                    await self._admit()
            while self._unanswered:
                text, *self._unanswered = self._unanswered
                await self._answer(text)
        except Exception:
            logger.exception(
                "A page could not be admitted."
                if self.user is None
                else "A page could not be answered."
            )
            self.close(TRY_LATER)
        self._unanswered, self._task = NOTHING, None

    async def _admit(self):
        fences, user = None, GUEST
        while fences != self.hub.fences.count or self.hub.sweep.snapshot is None:
            # a fence that is raised during the query might affect this page
            fences = self.hub.fences.count
            await self.hub.prepare()
            user, self.rights = (
                await self.hub.readers.load(self.session_key) if self.session_key else (GUEST, None)
            )
        self.user, self.user_id = user, user.pk
        if self.is_open and not self.hub.add(self):
            self.close(TOO_FAST)

    # --- Answering the page's messages ---

    async def _answer(self, text):
        try:
            fields = messages.read(text)
            self.correlation_id = messages.correlation_id_in(fields)
            message = messages.message_in(fields)
            await ANSWERS[type(message)](self, message)
            if isinstance(message, messages.Watch):
                metrics.CATCH_UPS.labels("socket").inc()
        except BadMessage as error:
            await self.send({"type": "error", "message": str(error)})

    async def hold(self, names):
        """Joins groups and holds their events until `release`. Returns {group: held texts}."""
        held = {group: self.held.setdefault(group, []) for group in names}
        self.refresh_route()
        for group in names:
            await self.hub.join(self, group)
        return held

    def holds(self, held):
        """False if a fence was raised meanwhile: then the page was asked to watch again."""
        return all(self.held.get(group) is texts for group, texts in held.items())

    def release(self, held: dict[str, list[str]]):
        """Sends the held events, and from now on every event as it comes."""
        for group, texts in held.items():
            if self.held.get(group) is texts:
                del self.held[group]
                for text in texts:
                    self.send_buffer.push(text)
        self.refresh_route()
        self.hub.send_current_state(self, held)

    async def send(self, message):
        """Sends an answer after the one before has been read, since answers may be large."""
        if self.correlation_id:
            message = {**message, "for": self.correlation_id}
        try:
            await self.send_buffer.drained(PATIENCE)
        except TimeoutError:
            self.disconnect_for_resync()
        self.send_buffer.push(events.encode(message))

    # --- What the hub calls ---

    def send_heartbeat(self, text, now):
        self.beat_at = now
        self.send_buffer.push(text)

    def refresh_route(self):
        self.hub.routes.refresh(self)

    def deliver(self, group, text):
        held = self.held.get(group)
        if held is None:
            self.send_buffer.push(text)
        else:
            held.append(text)
            if sum(map(len, held)) > BACKLOG:
                self.disconnect_for_resync()

    def require_rewatch(self, topic):
        self.drop_topic(topic)
        self.send_buffer.push(events.encode({"type": "again", "topic": topic}))

    def drop_topic(self, topic):
        self.held.pop(groups.of_topic(topic), None)
        self.refresh_route()
        self.hub.leave(self, groups.of_topic(topic))

    def disconnect_for_resync(self):
        """Leaves all groups at once; the page reconnects, is authenticated again and catches up."""
        self.close(RESYNC)

    def close(self, code):
        self.hub.remove(self)
        self.held.clear()
        self.send_buffer.close(code)


async def unwatch(page, message):
    page.drop_topic(message.topic)


async def seen(page, message):
    if page.user_id:
        await database.write(Reading.objects.record_seen, page.user, message.topic, message.number)


async def typing(page, message):
    await page.hub.presence.typing.add(page, message.topic)


async def pong(page, message):
    pass


ANSWERS: dict[type, Callable] = {
    messages.WatchTopic: watch.watch_topic,
    messages.WatchList: watch.watch_list,
    messages.WatchNews: watch.watch_news,
    messages.WatchMember: watch.watch_member,
    messages.Unwatch: unwatch,
    messages.Seen: seen,
    messages.Typing: typing,
    messages.Pong: pong,
}
