"""Batches queries for single keys: after a restart thousands of pages connect at once."""

import asyncio

from realtime import database

MOST = 500  # keys in one query


class BatchLoader:
    """Loads values by key: one query at a time, for all keys that were asked for meanwhile.

    query: called in a thread with a list of at most MOST keys; returns {key: value} for all.
    """

    def __init__(self, query):
        self._query, self._waiting, self._task = query, {}, None

    async def load(self, key):
        """The value of `key`, queried after this call. Raises what the query raises."""
        loop = asyncio.get_running_loop()
        future = self._waiting.setdefault(key, loop.create_future())
        if self._task is None:
            self._task = loop.create_task(self._work())
        return await asyncio.shield(future)

    async def _work(self):
        while self._waiting:
            keys = list(self._waiting)[:MOST]
            futures = {key: self._waiting.pop(key) for key in keys}
            try:
                values = await database.ask(self._query, keys)
            except Exception as error:  # noqa: BLE001 - raised in every waiting call
                for future in futures.values():
                    future.set_exception(error)
            else:
                for key, future in futures.items():
                    future.set_result(values[key])
        self._task = None
