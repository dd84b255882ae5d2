"""Health checks of this process: those in settings.HEALTH report what is wrong and what to do."""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from forum.cache import redis_client

STATUSES = ("ready", "degraded", "failing")
TIMEOUT = 1.0  # seconds per check

# A single thread: checks that wait for the database don't take up more than one connection.
_thread = ThreadPoolExecutor(1, "health")
_migrated = False


class Failing(Exception):
    """This process can't serve pages. str() says why, and what to do."""


class Degraded(Exception):
    """This process can serve pages, but something is wrong. str() says what, and what to do."""


async def report():
    """{"status": "ready", "degraded" or "failing", "checks": {name: "ok" or what is wrong}}."""
    found = await asyncio.gather(*(run_check(import_string(dotted)) for dotted in settings.HEALTH))
    names = [dotted.rpartition(".")[2] for dotted in settings.HEALTH]
    status = max((status for status, _message in found), key=STATUSES.index, default="ready")
    return {
        "status": status,
        "checks": dict(zip(names, (message for _status, message in found), strict=True)),
    }


async def run_check(check):
    """(status, message) of one check."""
    try:
        async with asyncio.timeout(TIMEOUT):
            await check()
    except Degraded as error:
        return "degraded", str(error)
    except TimeoutError:
        return (
            "failing",
            (
                f"It did not answer within {TIMEOUT:g} s: it hangs or is overloaded. See its own"
                " log."
            ),
        )
    except Exception as error:  # noqa: BLE001 - a check that fails unexpectedly
        return "failing", str(error) or repr(error)
    return "ready", "ok"


async def update_gauges():
    """Update the gauges from the database; during an outage they keep their last values."""
    for dotted in settings.GAUGES:
        try:
            async with asyncio.timeout(TIMEOUT):
                await import_string(dotted)()
        except (DatabaseError, TimeoutError):
            pass


async def database():
    try:
        await in_thread(query_database)
    except DatabaseError as error:
        raise Failing(
            f"The database can't be used: {error} See DATABASE_URL, and the database's own log."
        ) from error


async def migrations():
    missing = await in_thread(missing_migrations)
    if missing:
        raise Failing(f"{missing} migrations are missing. Run: python manage.py migrate")


def query_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def missing_migrations():
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            return missing
        _migrated = True  # for the lifetime of the process
    return 0


async def redis():
    if not settings.REDIS_URL:
        return
    from redis import RedisError

    try:
        await in_thread(redis_client.ping)
    except RedisError as error:
        raise Degraded(
            f"Redis does not answer ({error}). The forum works, but open pages in other processes"
            " are updated late. See REDIS_URL."
        ) from error


async def in_thread(function):
    def run():
        try:
            return function()
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(
        _thread, contextvars.copy_context().run, run
    )
