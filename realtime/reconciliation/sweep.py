"""The layer is never trusted: every few seconds the hub asks the database what its pages have not been told.

So a post saved by any process, with or without Redis, reaches every page, and so does the loss of a right.
Costs one query for all topics on show, two per list and four besides, however many pages there are.
"""

import asyncio
import logging
import time
from typing import NamedTuple

from forum.models import Topic
from realtime import database, metrics
from realtime.access import permissions
from realtime.models import Revocation
from realtime.protocol import groups
from realtime.protocol.topic_head import Head
from realtime.reconciliation import list_snapshots, missed_events

logger = logging.getLogger(__name__)
EVERY, EVERY_WHEN_AWAY = 10.0, 2.0  # seconds; away: see layer_watchdog.py
AFTER_A_FENCE = 1.0  # seconds: what was not told because of it
MANY = 500  # ids in one query


class Question(NamedTuple):
    """What pages here show, and the members who look."""

    heads: dict
    lists: list
    pages: list

    @classmethod
    def of(cls, hub):
        lists = [group for group in hub.members if group.startswith(("list.", "everyone"))]
        return cls(dict(hub.sweep.heads), lists, [page for page in hub.pages if page.user_id])


class Answer(NamedTuple):
    found: list_snapshots.Tops | None  # None where only rights were asked
    told: list  # of news.Told, in the order to be delivered
    places: dict  # topic id -> category, for those on show
    categories: frozenset
    members: dict
    sessions: set


class Sweep:
    """Of one hub: what its pages were told, and what the database said last."""

    def __init__(self, hub):
        self._hub = hub
        self.snapshot = None  # what the last one saw, see list_snapshots.py
        self.heads = {}  # topic id -> Head, for topics that some page shows
        self.last_sent = {}  # (group, topic id) -> (epoch, change): what need not be told again
        self.soon = asyncio.Event()
        self.ended_at = time.monotonic()

    async def run(self):
        while True:
            self.soon.clear()
            if not self._hub.pages:
                self.reset()
                self.ended_at = time.monotonic()
            else:
                try:
                    with metrics.SWEEPS.time():
                        await self.once()
                    self.ended_at = time.monotonic()
                except Exception:
                    logger.exception("The sweep failed; it is tried again.")
            try:
                async with asyncio.timeout(EVERY_WHEN_AWAY if self._hub.subscriptions.away else EVERY):
                    await self.soon.wait()
            except TimeoutError:
                continue

    async def prepare(self):
        """What comes after this is news to the next sweep."""
        if self.snapshot is None:
            self.snapshot = await database.ask(list_snapshots.look, [])

    def reset(self):
        """Nobody looks any more: whoever comes next begins from what there is then."""
        self.snapshot = None
        self._hub.fences.forget_categories()

    # --- What pages were told ---

    def begin(self, topic, head):
        """What the first page on a topic was told, from which the sweep goes on."""
        self.heads.setdefault(topic, head)

    def end(self, topic):
        """No page shows the topic any more."""
        self.heads.pop(topic, None)

    def was_sent(self, group, topic, epoch, change):
        if self._is_news(group, topic, epoch, change):
            self.last_sent[group, topic] = (epoch, change)
        head = self.heads.get(topic)
        if head and group == groups.of_topic(topic) and (head.epoch != epoch or head.change < change):
            self.heads[topic] = head._replace(epoch=epoch, change=change)

    def _is_news(self, group, topic, epoch, change):
        before = self.last_sent.get((group, topic))
        return not before or before[0] != epoch or before[1] < change

    # --- Looking ---

    async def once(self):
        """Fences and delivers what was missed since the last one, or since the first page came in (see prepare)."""
        question = Question.of(self._hub)
        answer = await database.ask(look, question, self.snapshot)
        if self._raise_fences(question, answer):
            self._hub.loop.call_later(AFTER_A_FENCE, self.soon.set)
            return  # the rest when they are back
        for told in answer.told:
            if self._is_news(told.group, told.topic, told.epoch, told.change):
                metrics.FOUND.inc()
                await self._hub.deliver(*told[:-1])
        self.last_sent = {key: sent for key, sent in self.last_sent.items() if key[1] in answer.found.changes}
        self.snapshot = answer.found

    async def check_rights(self):
        """Before an event is told that was saved after somebody lost a right, where the fence has not come yet."""
        fences = self._hub.fences
        fences.raised()  # who is just coming in is asked again, too
        question = Question.of(self._hub)
        number, answer = await database.ask(look_at_rights, question)
        self._raise_fences(question, answer)
        fences.caught_up(number)

    def _raise_fences(self, question, answer):
        """Whether somebody may see less than when they came, and nothing may be told before they asked again."""
        hub = self._hub
        before = hub.fences.count
        if hub.fences.categories is not None and hub.fences.categories != answer.categories:
            hub.fence({"all": True})
        for page in question.pages:
            if page.rights != answer.members.get(page.user_id) or page.session_key not in answer.sessions:
                hub.fences.raised()
                page.disconnect_for_resync()
        for topic, head in question.heads.items():
            now = self.heads.get(topic)
            if now and now.category == head.category != answer.places.get(topic):
                hub.fence({"topic": topic})
        return hub.fences.count != before


def look(question, known):
    """The Answer to a Question. What is shown is read first and who may see it last: nobody sees too much."""
    found, told = list_snapshots.look(question.lists), []
    heads = heads_of(question.heads)
    for pk, head in heads.items():
        if head[:2] != question.heads[pk][:2]:
            told += missed_events.of_topic(pk, question.heads[pk])
    for pk, since in list_snapshots.risen(known, found):
        told += missed_events.of_lists(pk, since, known.newest)
    for group, pk, since in list_snapshots.left(known, found):
        told += missed_events.of_leaving(group, pk, since, known.newest)
    places = {pk: head.category for pk, head in heads.items()}
    told = without_moved(dict.fromkeys(told), places, known, found)
    members = permissions.of_members({page.user_id for page in question.pages})
    sessions = permissions.sessions_among({page.session_key for page in question.pages})
    return Answer(found, told, places, permissions.of_categories(), members, sessions)


def look_at_rights(question):
    """(how far revocations are counted, an Answer that only says who may see what), in this order."""
    number = Revocation.objects.current()
    places = {pk: head.category for pk, head in heads_of(question.heads).items()}
    members = permissions.of_members({page.user_id for page in question.pages})
    sessions = permissions.sessions_among({page.session_key for page in question.pages})
    return number, Answer(None, [], places, permissions.of_categories(), members, sessions)


def heads_of(topics):
    heads, ids = {}, list(topics)
    for start in range(0, len(ids), MANY):
        rows = Topic.objects.filter(pk__in=ids[start : start + MANY])
        columns = rows.values_list("pk", "epoch", "change", "category")
        heads |= {pk: Head(epoch, change, category) for pk, epoch, change, category in columns}
    return heads


def without_moved(told, places, known, found):
    """Leaves out what a move has overtaken; the next sweep tells it to those who may know."""
    if not told:
        return []
    now = dict(Topic.objects.filter(pk__in={one.topic for one in told}).values_list("pk", "category"))
    places |= {pk: category for pk, category in now.items() if pk in places}
    moved = {one.topic for one in told if one.place not in (None, now.get(one.topic))}
    for pk in moved & set(found.changes):
        found.changes[pk] = known.changes.get(pk, found.changes[pk] - 1)
    return [one for one in told if one.topic not in moved]
