"""Shares the results of queries for lists and news between pages, as long as they are valid.

Topics have a cache of their own, which saves more: change_cache.py.
"""

import asyncio
import time
from typing import NamedTuple

from forum.cache.lru import weight
from realtime import database, metrics

AGE = 1.0  # seconds that a result may be used
MOST = 16 * 2**20  # bytes of results and their keys


class Answer(NamedTuple):
    state: tuple
    asked_at: float
    task: asyncio.Future


class SharedQueries:
    """Results that are the same for readers with the same rights.

    A result is valid while no fence was raised and no event came for its groups since the query
    began: then the events of anything saved meanwhile are still to come, by the layer or the sweep.
    So a page has to have joined the groups before it asks.
    """

    def __init__(self, hub):
        self.hub, self._kept = hub, {}  # key -> Answer, oldest first
        self._sizes = {}  # key -> bytes

    async def ask(self, groups, function, user, *arguments, visibility_key):
        """The result of `function(user, *arguments)`, run in a thread or shared.

        groups: those whose events make the result invalid. visibility_key: equal for users who get
        the same result.
        """
        key, now = (function, visibility_key, arguments), time.monotonic()
        state = (
            self.hub.fences.count,
            *(self.hub.routes.event_versions.get(group) for group in groups),
        )
        self._forget_old(now)
        kept = self._kept.get(key)
        if not kept or kept.state != state or failed(kept.task):
            metrics.LOOKED_UP.inc()
            self._forget(key)  # or the new one would keep the place of the old one
            kept = Answer(
                state, now, asyncio.ensure_future(database.ask(function, user, *arguments))
            )
            self._kept[key], self._sizes[key] = kept, weight(key)
            kept.task.add_done_callback(lambda task: self._measure(key, task))
        return await asyncio.shield(kept.task)

    def _measure(self, key, task):
        if key in self._kept and self._kept[key].task is task and not failed(task):
            self._sizes[key] += weight(task.result())
        while self._sizes and sum(self._sizes.values()) > MOST:
            self._forget(next(iter(self._kept)))

    def _forget_old(self, now):
        while self._kept:
            oldest = next(iter(self._kept))
            if now - self._kept[oldest].asked_at <= AGE:
                break
            self._forget(oldest)

    def _forget(self, key):
        self._kept.pop(key, None)
        self._sizes.pop(key, None)


def failed(task):
    return task.done() and (task.cancelled() or task.exception() is not None)
