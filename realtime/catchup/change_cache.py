"""A cache of the latest changes of topics: one query a second serves all readers with the same
rights.

A run of changes begins with an answer of the database and grows by the events that pages are sent.
Whoever comes back gets the part that they miss; so ten thousand pages of one topic cost one
question a second, also while people write.
"""

import asyncio
import json
import time
from sys import getsizeof

from realtime import database, metrics
from realtime.catchup import changes
from realtime.protocol import groups

AGE = 1.0  # seconds that the database's word holds
IDLE = 10.0  # seconds without a question after which a run is forgotten
KEPT = 200  # events of a run
MOST = 32 * 2**20  # bytes of all runs with their events
RUN = 2000  # bytes of a run without any


class ChangeCache:
    def __init__(self, hub):
        self.hub, self._runs = hub, {}  # topic id -> {visibility_key: Run}
        self._size = 0  # at least what all runs take: exact whenever there is too much

    async def changes(self, page, topic, epoch, since):
        """(what `feed` would answer, the topic's category) for a page that has joined; None when it
        was taken out.
        """
        asked, has_asked = None, False
        while groups.of_topic(topic) in page.joined:
            run = self._run(topic, page.visibility_key)
            answer = run.answer(epoch, since, asked is run)
            if answer:
                self._grew(run.size if has_asked else 0)
                return answer, run.category
            # what was asked before this page joined may be too old for it
            asked = None if run.asking else run
            await run.ask(page.user, epoch, since)
            has_asked = True
        return None

    def add_event(self, change, text):
        """To be called with every event of a topic before its pages get it."""
        for visibility_key, run in list(self._runs.get(change.topic, {}).items()):
            if run.is_idle:
                del self._runs[change.topic][visibility_key]
            else:
                before = run.size
                run.add_event(change, text)
                self._grew(run.size - before)

    def forget(self, topic):
        """To be called when no page here gets the topic's events any more."""
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
        # not only just enough, or the next event measures all of them again
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
    """The changes after `first` up to `change`, without a gap. With `more` the topic may have later
    ones.
    """

    def __init__(self, topic, fences):
        self.topic, self.fences = topic, fences
        self.asking, self.asked_at = None, time.monotonic()
        self.gone = self.epoch = self.category = None
        self.first = self.change = 0
        self.more, self.events = False, []
        self.outdated = None  # an epoch from before a restore
        self._meanwhile = []  # events that came while the database was asked

    @property
    def size(self):
        """Bytes, nearly all of them of its events."""
        return RUN + sum(map(size_of, self.events))

    @property
    def is_idle(self):
        return not self.asking and time.monotonic() - self.asked_at > IDLE

    def answer(self, epoch, since, however_old=False):
        """As `changes.changes_of` gives it; None where the database has to be asked first."""
        if not however_old and time.monotonic() - self.asked_at > AGE:
            return None
        if self.gone:
            return self.gone
        if self.epoch is None:
            return None
        is_behind = epoch == self.epoch and since <= self.change
        if is_behind and self.change - since <= changes.REACH:
            return self._part(since) if since >= self.first else None
        may_know_more = not is_behind and epoch != self.outdated  # than this process has heard
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
        """Asks the database for what a page with these numbers misses here, unless it is being
        asked.
        """
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
        self._trim()  # not what was asked for just now: who asked has yet to get it
        self.more = answer.get("more", False)
        for event in events:
            self._add(event)
        self.change = answer["change"]

    def add_event(self, change, text):
        if self.asking:
            # to be added again after an answer that may be older
            self._meanwhile.append((change, text))
        if change.epoch != self.epoch or change.number > self.change:
            event = json.loads(text)
            is_next = change.epoch == self.epoch and change.number == self.change + 1
            follows = is_next and "header" in event and not self.more
            self._drop(event.get("post"))  # whoever asks is shown no post as it was before
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
    """Bytes of an event: what is long in it is HTML."""
    return (
        1000 + getsizeof(event.get("header", "")) + getsizeof(event.get("post", {}).get("html", ""))
    )
