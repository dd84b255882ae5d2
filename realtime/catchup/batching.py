"""Batches questions to the database: after a restart thousands of pages come in at once."""

import asyncio

from realtime import database

MOST = 500  # keys in one question


class BatchLoader:
    """`answer(keys)` runs in a thread and returns {key: answer}. Nobody waits longer than if they
    asked alone.
    """

    def __init__(self, answer):
        self._answer, self._waiting, self._task = answer, {}, None

    async def load(self, key):
        """What `answer` gives for `key`, asked after this was called. Raises what it raises."""
        loop = asyncio.get_running_loop()
        future = self._waiting.setdefault(key, loop.create_future())
        if self._task is None:
            self._task = loop.create_task(self._work())
        return await asyncio.shield(future)

    async def _work(self):
        while self._waiting:
            keys = list(self._waiting)[:MOST]
            asked = {key: self._waiting.pop(key) for key in keys}
            try:
                answers = await database.ask(self._answer, keys)
            except Exception as error:  # noqa: BLE001 - it belongs to those who asked
                for future in asked.values():
                    future.set_exception(error)
            else:
                for key, future in asked.items():
                    future.set_result(answers[key])
        self._task = None
