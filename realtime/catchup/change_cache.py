"""Caches the latest changes of topics: one query a second serves all readers with the same rights.

A run of changes begins with a query and grows by the events that pages are sent. A page that comes
back gets the part that it misses. So ten thousand pages on one topic cost one query a second, also
while members write.
"""

import asyncio
import json
import time
from sys import getsizeof

from realtime import database, metrics
from realtime.catchup import changes
from realtime.protocol import groups

AGE = 1.0  # seconds that the result of a query is used
IDLE = 10.0  # seconds without a query after which a run is dropped
KEPT = 200  # events of a run
MOST = 32 * 2**20  # bytes of all runs with their events
RUN = 2000  # bytes of a run without events


class ChangeCache:
    """The runs of one hub, by topic and by what their readers may see."""

    def __init__(self, hub):
        self.hub, self._runs = hub, {}  # topic id -> {visibility_key: Run}
        self._size = 0  # upper bound of the bytes of all runs: exact after each measurement

    async def changes(self, page, topic, epoch, since):
        """(the answer as of `changes.topic_changes`, the id of the topic's category).

        For a page that has joined the topic's group; None if a fence took it out meanwhile.
        """
        asked, has_asked = None, False
        while groups.of_topic(topic) in page.joined:
            run = self._run(topic, page.visibility_key)
            answer = run.answer(epoch, since, asked is run)
            if answer:
                self._grew(run.size if has_asked else 0)
                return answer, run.category
            # a query that began before this page joined may be too old for it
            asked = None if run.asking else run
            await run.ask(page.user, epoch, since)
            has_asked = True
        return None

    def add_event(self, change, text):
        """To be called with every event of a topic before pages get it."""
        for visibility_key, run in list(self._runs.get(change.topic, {}).items()):
            if run.is_idle:
                del self._runs[change.topic][visibility_key]
            else:
                before = run.size
                run.add_event(change, text)
                self._grew(run.size - before)

    def forget(self, topic):
        """To be called when no page of this process shows the topic any more."""
        self._runs.pop(topic, None)

    def _run(self, topic, visibility_key):
        run = self._runs.get(topic, {}).get(visibility_key)
        if run is None or run.fences != self.hub.fences.count:
            self._grew(RUN)
            run = self._runs.setdefault(topic, {})[visibility_key] = Run(
                topic, self.hub.fences.count
            )
        return run

    def _grew(self, size):
        self._size += size
        if self._size <= MOST:
            return
        self._size = self._measured()
        # free a quarter, or the next event would measure all of them again
        if self._size > MOST * 3 / 4:
            self._runs = {
                topic: busy for topic, runs in self._runs.items() if (busy := busy_among(runs))
            }
            self._size = self._measured()

    def _measured(self):
        return sum(run.size for runs in self._runs.values() for run in runs.values())


def busy_among(runs):
    return {visibility_key: run for visibility_key, run in runs.items() if run.asking}


class Run:
    """The changes of a topic after `first` up to `change`, without a gap; with `more` not the last.

    For readers with one visibility key.
    """

    def __init__(self, topic, fences):
        self.topic, self.fences = topic, fences
        self.asking, self.asked_at = None, time.monotonic()
        self.gone = self.epoch = self.category = None
        self.first = self.change = 0
        self.more, self.events = False, []
        self.outdated = None  # an epoch that the database has replaced
        self._meanwhile = []  # events that came during a query

    @property
    def size(self):
        """Bytes, nearly all of them in its events."""
        return RUN + sum(map(size_of, self.events))

    @property
    def is_idle(self):
        return not self.asking and time.monotonic() - self.asked_at > IDLE

    def answer(self, epoch, since, however_old=False):
        """The answer as of `changes.changes_of`; None if the database has to be queried first."""
        if not however_old and time.monotonic() - self.asked_at > AGE:
            return None
        if self.gone:
            return self.gone
        if self.epoch is None:
            return None
        is_behind = epoch == self.epoch and since <= self.change
        if is_behind and self.change - since <= changes.REACH:
            return self._part(since) if since >= self.first else None
        may_know_more = not is_behind and epoch != self.outdated  # than this process does
        if self.more or may_know_more and not however_old:
            return None
        return changes.reload(self.topic, self.epoch, self.change)

    def _part(self, since):
        missed, more = changes.part_of([event for event in self.events if event["change"] > since])
        if self.more and not missed:
            return None
        change = missed[-1]["change"] if more else self.change
        return changes.changes(self.topic, self.epoch, since, change, missed, more or self.more)

    def ask(self, user, epoch, since):
        """Starts a query for what a page with these numbers needs, or returns the running one."""
        if not self.asking:
            goes_on = epoch == self.epoch and since >= self.first
            self.asking = asyncio.ensure_future(
                self._ask(user, epoch, self.change if goes_on else since)
            )
        return asyncio.shield(self.asking)

    async def _ask(self, user, epoch, since):
        began, self._meanwhile = time.monotonic(), []
        metrics.LOOKED_UP.inc()
        try:
            self._take(
                epoch,
                *await database.ask(
                    changes.topic_changes_and_category, user, self.topic, epoch, since
                ),
            )
            self.asked_at = began
        finally:
            self.asking = None
            for change, text in self._meanwhile:
                self.add_event(change, text)

    def _take(self, asked_for, answer, category):
        self.category, self.gone = category, answer if answer["type"] == "gone" else None
        if self.gone:
            return
        if asked_for != answer["epoch"]:
            self.outdated = asked_for
        events, since = answer.get("events", []), answer.get("since", answer["change"])
        if answer["epoch"] != self.epoch or not self.first <= since <= self.change:
            self.epoch, self.first, self.events = answer["epoch"], since, []
        self.events = [event for event in self.events if event["change"] <= since]
        self._trim()  # before adding what was asked for just now, which has yet to be answered
        self.more = answer.get("more", False)
        for event in events:
            self._add(event)
        self.change = answer["change"]

    def add_event(self, change, text):
        if self.asking:
            # to be added again, since the query's result may be older
            self._meanwhile.append((change, text))
        if change.epoch != self.epoch or change.number > self.change:
            event = json.loads(text)
            since = event.get("since", change.number - 1)
            is_next = change.epoch == self.epoch and since <= self.change
            follows = is_next and "header" in event and not self.more
            self._drop(event.get("post"))  # no answer may have the post as it was before
            if follows:
                self._add(event)
                self._trim()
                self.change = change.number
            else:
                self.more = True

    def _add(self, event):
        self._drop(event.get("post"))
        self.events.append(event)

    def _trim(self):
        for early in self.events[:-KEPT]:
            self.first = early["change"]
        self.events = self.events[-KEPT:]

    def _drop(self, post):
        if post:
            self.events = [
                event for event in self.events if event.get("post", {}).get("id") != post["id"]
            ]


def size_of(event):
    """The bytes of an event, roughly: only its HTML can be long."""
    return (
        1000 + getsizeof(event.get("header", "")) + getsizeof(event.get("post", {}).get("html", ""))
    )
