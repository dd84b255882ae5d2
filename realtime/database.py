"""Runs database queries from the event loop, in a few threads of the engine's own.

Writes have a thread of their own: one that waits for a lock holds up neither queries nor the sweep.
"""

from concurrent.futures import ThreadPoolExecutor

from channels.db import database_sync_to_async

from forum.db.timeouts import time_limit

_readers = ThreadPoolExecutor(4, "realtime-reader")
_writer = ThreadPoolExecutor(1, "realtime-writer")


PATIENCE = 10  # seconds for each query


async def ask(function, *arguments):
    """The result of `function(*arguments)`, which reads. Raises what it raises."""
    return await _run(function, arguments, _readers)


async def write(function, *arguments):
    """The result of `function(*arguments)`, which writes. Raises what it raises."""
    return await _run(function, arguments, _writer)


async def _run(function, arguments, threads):
    with time_limit(PATIENCE):  # a context variable, which the thread inherits
        return await database_sync_to_async(function, thread_sensitive=False, executor=threads)(
            *arguments
        )
