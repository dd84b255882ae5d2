"""Reconciliation: compares what pages were sent with the database, as the layer may lose events.

So a post saved by any process, with or without Redis, reaches every page, and so does the loss of a
right. Costs one query for all topics on show, two per list and four more, however many pages there
are.
"""

import asyncio
import logging
import time
from typing import NamedTuple

from forum.models import Topic
from realtime import database, metrics
from realtime.access import permissions
from realtime.catchup import personal_changes
from realtime.models import Revocation
from realtime.protocol import groups
from realtime.protocol.delivery import Change
from realtime.protocol.hub_messages import Fence
from realtime.protocol.topic_head import Head
from realtime.reconciliation import list_snapshots, missed_events

logger = logging.getLogger(__name__)
AFTER_A_FENCE = 1.0  # seconds until the next sweep delivers what the fence has held back
MANY = 500  # ids in one query


class Question(NamedTuple):
    """What the pages of this process show, and the pages that belong to members."""

    heads: dict  # topic id -> Head, as pages were last sent it
    personal_heads: dict  # the same for members: id -> Head of their stream
    lists: list  # groups
    pages: list  # of Connection

    @classmethod
    def of(cls, hub):
        lists = [group for group in hub.routes.members if group.startswith(("list.", "everyone"))]
        members = [page for page in hub.pages if page.user_id]
        return cls(dict(hub.sweep.heads), dict(hub.sweep.personal_heads), lists, members)


class Answer(NamedTuple):
    """What the database has for a Question."""

    found: list_snapshots.Snapshot | None  # None if only rights were checked
    missed: list  # of Delivery, in the order to be delivered
    missed_personal: list  # of PersonalDelivery
    category_of: dict  # topic id -> category id, for topics on show
    categories: frozenset  # permissions.of_categories
    members: dict  # permissions.of_members
    sessions: set  # permissions.sessions_among


class Sweep:
    """The sweep of one hub: what its pages were sent, and what it found in the database last."""

    def __init__(self, hub):
        self._hub = hub
        self.snapshot = None  # of the lists, when the last sweep ran: see list_snapshots.py
        self.heads = {}  # topic id -> Head, for topics that some page shows
        self.personal_heads = {}  # id of a member with pages here -> Head of their stream
        self.last_sent = {}  # (group, topic id) -> Change: what need not be sent again
        self._soon = asyncio.Event()
        self.ended_at = time.monotonic()

    async def run(self):
        while True:
            self._soon.clear()
            if not self._hub.pages:
                self.reset()
                self.ended_at = time.monotonic()
            else:
                try:
                    with metrics.SWEEPS.time():
                        await self.once()
                    self.ended_at = time.monotonic()
                except Exception:
                    logger.exception("The sweep failed; the next one tries again.")
            try:
                async with asyncio.timeout(self._pause()):
                    await self._soon.wait()
            except TimeoutError:
                continue

    def _pause(self):
        timing, away = self._hub.timing, self._hub.subscriptions.away
        return timing.sweep_every_when_away if away else timing.sweep_every

    def run_soon(self):
        self._soon.set()

    async def prepare(self):
        """Takes the first snapshot: the next sweep delivers what is saved after it."""
        if self.snapshot is None:
            self.snapshot = await database.ask(list_snapshots.take, [])

    def reset(self):
        """To be called when the last page has left; the next page begins with a new snapshot."""
        self.snapshot = None
        self._hub.fences.forget_categories()

    # --- What pages were sent ---

    def track(self, topic, head):
        """Begins to watch over a topic whose pages have the changes up to `head`."""
        self.heads.setdefault(topic, head)

    def untrack(self, topic):
        """To be called when no page shows the topic any more."""
        self.heads.pop(topic, None)

    def record_sent(self, group, change):
        topic = change.topic
        if change.is_newer_than(self.last_sent.get((group, topic))):
            self.last_sent[group, topic] = change
        head = self.heads.get(topic)
        if (
            head
            and group == groups.of_topic(topic)
            and change.is_newer_than(Change(topic, head.epoch, head.change))
        ):
            self.heads[topic] = head._replace(epoch=change.epoch, change=change.number)

    def track_member(self, member, head):
        """Begins to watch over a member whose pages have the changes up to `head`."""
        self.personal_heads.setdefault(member, head)

    def untrack_member(self, member):
        """The member has no page here any more."""
        self.personal_heads.pop(member, None)

    def record_sent_personal(self, delivery):
        if self._is_ahead(delivery):
            head = personal_changes.Head(delivery.epoch, delivery.number)
            self.personal_heads[delivery.member] = head

    def _is_ahead(self, delivery):
        """Whether pages of the member need this PersonalDelivery."""
        head = self.personal_heads.get(delivery.member)
        return head and (head.epoch != delivery.epoch or head.change < delivery.number)

    # --- Comparing with the database ---

    async def once(self):
        """Raises fences and delivers events that were lost since the last sweep or `prepare`."""
        question = Question.of(self._hub)
        answer = await database.ask(look, question, self.snapshot)
        if self._raise_fences(question, answer):
            self._hub.loop.call_later(AFTER_A_FENCE, self.run_soon)
            return  # the pages reconnect first
        for delivery in answer.missed:
            change = delivery.change
            if change.is_newer_than(self.last_sent.get((delivery.audience.group, change.topic))):
                metrics.FOUND.inc()
                await self._hub.deliver(delivery)
        for delivery in answer.missed_personal:
            if self._is_ahead(delivery):
                metrics.FOUND.inc()
                await self._hub.deliver_personal(delivery)
        self.last_sent = {
            key: sent for key, sent in self.last_sent.items() if key[1] in answer.found.changes
        }
        self.snapshot = answer.found

    async def check_rights(self):
        """Raises the fences that are due, before an event overtakes the message with its fence."""
        fences = self._hub.fences
        fences.record_raised()  # pages that are being admitted have to be checked again, too
        question = Question.of(self._hub)
        number, answer = await database.ask(look_at_rights, question)
        self._raise_fences(question, answer)
        fences.record_checked(number)

    def _raise_fences(self, question, answer):
        """Raises a fence for all who may see less than when they came; returns whether any was."""
        hub = self._hub
        before = hub.fences.count
        if hub.fences.categories is not None and hub.fences.categories != answer.categories:
            hub.raise_fence(Fence(everybody=True))
        for page in question.pages:
            if (
                page.rights != answer.members.get(page.user_id)
                or page.session_key not in answer.sessions
            ):
                hub.fences.record_raised()
                page.disconnect_for_resync()
        for topic, head in question.heads.items():
            now = self.heads.get(topic)
            if now and now.category == head.category != answer.category_of.get(topic):
                hub.raise_fence(Fence(topic=topic))
        return hub.fences.count != before


def look(question, known):
    """The Answer to a Question; `known` is the last Snapshot.

    Content is read before rights, so that no event is newer than the rights it is sent by.
    """
    found, missed = list_snapshots.take(question.lists), []
    missed_personal = missed_events.of_members(question.personal_heads)
    heads = heads_of(question.heads)
    for pk, head in heads.items():
        if head[:2] != question.heads[pk][:2]:
            missed += missed_events.of_topic(pk, question.heads[pk])
    for pk, since in list_snapshots.changed(known, found):
        missed += missed_events.of_lists(pk, since, known.newest)
    for group, pk, since in list_snapshots.left(known, found):
        missed += missed_events.of_leaving(group, pk, since, known.newest)
    category_of = {pk: head.category for pk, head in heads.items()}
    missed = without_moved(dict.fromkeys(missed), category_of, known, found)
    members = permissions.of_members({page.user_id for page in question.pages})
    sessions = permissions.sessions_among({page.session_key for page in question.pages})
    return Answer(
        found, missed, missed_personal, category_of, permissions.of_categories(), members, sessions
    )


def look_at_rights(question):
    """(the current Revocation, an Answer with rights only), read in this order."""
    number = Revocation.objects.current()
    category_of = {pk: head.category for pk, head in heads_of(question.heads).items()}
    members = permissions.of_members({page.user_id for page in question.pages})
    sessions = permissions.sessions_among({page.session_key for page in question.pages})
    return number, Answer(None, [], [], category_of, permissions.of_categories(), members, sessions)


def heads_of(topics):
    heads, ids = {}, list(topics)
    for start in range(0, len(ids), MANY):
        rows = Topic.objects.filter(pk__in=ids[start : start + MANY])
        columns = rows.values_list("pk", "epoch", "change", "category")
        heads |= {pk: Head(epoch, change, category) for pk, epoch, change, category in columns}
    return heads


def without_moved(missed, category_of, known, found):
    """Leaves out events of topics that were moved meanwhile; the next sweep delivers them."""
    if not missed:
        return []
    topics = {delivery.change.topic for delivery in missed}
    now = dict(Topic.objects.filter(pk__in=topics).values_list("pk", "category"))
    category_of |= {pk: category for pk, category in now.items() if pk in category_of}
    moved = {
        one.change.topic
        for one in missed
        if one.audience.category not in (None, now.get(one.change.topic))
    }
    for pk in moved & set(found.changes):
        found.changes[pk] = known.changes.get(pk, found.changes[pk] - 1)
    return [one for one in missed if one.change.topic not in moved]
