"""Shares answers about lists and news between pages, for as long as they can't have become wrong.

Topics have a cache of their own, change_cache.py, which gains more.
"""

import asyncio
import time
from typing import NamedTuple

from forum.cache.lru import weight
from realtime import database, metrics

AGE = 1.0  # seconds
MOST = 16 * 2**20  # bytes of answers and of the questions to them


class Answer(NamedTuple):
    state: tuple
    asked_at: float
    task: asyncio.Future


class SharedQueries:
    """Answers that are the same for readers with the same rights.

    An answer holds as long as no fence fell and its groups got no event since it was asked for:
    then whatever was saved meanwhile is still to come to these groups, by the layer or by the
    sweep. So who asks has to have joined them.
    """

    def __init__(self, hub):
        self.hub, self._kept = hub, {}  # question -> Answer, the oldest first
        self._sizes = {}  # question -> bytes

    async def ask(self, groups, function, user, *arguments, visibility_key):
        """What `function(user, *arguments)` returns, in a thread; or returned to a user who is
        `visibility_key`.
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
            self._forget(key)  # so that the new one is the youngest
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
