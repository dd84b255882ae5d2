"""Runs database queries from the event loop, in a few threads of the engine's own.

A query that waits for a lock holds up neither other pages nor the sweep.
"""

from concurrent.futures import ThreadPoolExecutor

from channels.db import database_sync_to_async

from forum.db.timeouts import patience

_readers = ThreadPoolExecutor(4, "realtime-reader")
_writer = ThreadPoolExecutor(1, "realtime-writer")


PATIENCE = 10  # seconds for each answer of the database


async def ask(function, *arguments):
    return await _run(function, arguments, _readers)


async def write(function, *arguments):
    return await _run(function, arguments, _writer)


async def _run(function, arguments, threads):
    with patience(PATIENCE):  # which goes with the work into its thread
        return await database_sync_to_async(function, thread_sensitive=False, executor=threads)(
            *arguments
        )
