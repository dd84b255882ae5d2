"""Runs the background tasks of the hub, and restarts those that fail."""

import asyncio
import logging

logger = logging.getLogger(__name__)


class Supervisor:
    def __init__(self, loop, timing):
        self._loop, self._timing = loop, timing
        self._supervisions, self._tasks = [], {}

    def start(self, functions):
        """functions: {name: an async function that runs until it is cancelled}."""
        self._supervisions = [
            self._loop.create_task(self._supervise(name, function))
            for name, function in functions.items()
        ]

    def restart(self, name):
        if name in self._tasks:
            self._tasks[name].cancel()

    async def stop(self):
        tasks = {*self._supervisions, *self._tasks.values()}
        while tasks:
            for task in tasks:
                task.cancel()
            # the layer may swallow a cancellation
            _done, tasks = await asyncio.wait(tasks, timeout=self._timing.restart_after / 10)

    async def _supervise(self, name, function):
        last = None
        while True:
            self._tasks[name] = self._loop.create_task(function())
            await asyncio.wait({self._tasks[name]})
            if self._tasks[name].cancelled():
                continue  # by restart()
            error = self._tasks[name].exception()
            if str(error) != last:  # while Redis is away it fails every second in the same way
                logger.error("The hub's task %s failed; restarting it.", name, exc_info=error)
            last = str(error)
            await asyncio.sleep(self._timing.restart_after)
