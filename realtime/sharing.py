"""An answer about lists and news that one page was given serves others, too, while it can't have become wrong.

For topics there is more to gain: see recent.py.
"""

import asyncio
import time

from . import database, metrics

AGE = 1.0  # seconds
MOST = 1000  # answers kept


class Sharing:
    """Answers that are the same for readers with the same rights.

    One holds as long as no fence fell and its groups were told nothing since it was asked for: then whatever was saved
    meanwhile is still to come over these groups, by the layer or by the sweep. So who asks has to be in them already.
    """

    def __init__(self, hub):
        self.hub, self._kept = hub, {}

    async def ask(self, groups, function, user, *arguments, alike):
        """What `function(user, *arguments)` returns, in a thread; or returned to a user who is `alike`."""
        key, now = (function, alike, arguments), time.monotonic()
        state = (self.hub.fences, *(self.hub.turns.get(group) for group in groups))
        kept = self._kept.get(key)
        if not kept or kept[0] != state or now - kept[1] > AGE or failed(kept[2]):
            self._make_room(now)
            metrics.LOOKED_UP.inc()
            kept = self._kept[key] = (state, now, asyncio.ensure_future(database.ask(function, user, *arguments)))
        return await asyncio.shield(kept[2])

    def _make_room(self, now):
        if len(self._kept) >= MOST:
            self._kept = {key: kept for key, kept in self._kept.items() if now - kept[1] <= AGE}
        if len(self._kept) >= MOST:
            self._kept.clear()


def failed(task):
    return task.done() and (task.cancelled() or task.exception() is not None)
