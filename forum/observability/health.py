"""Health checks of this process. Each check in settings.HEALTH says what is wrong and what to
do.
"""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from forum.cache import redis_client

STATUSES = ("ready", "degraded", "failing")
PATIENCE = 1.0  # seconds that a part may take to answer

# one that waits for the database keeps nobody else from it
_thread = ThreadPoolExecutor(1, "health")
_migrated = False


class Failing(Exception):
    """This process can't serve pages. Its text says why, and what to do."""


class Degraded(Exception):
    """It can, with something missing. Its text says what, and what to do."""


async def look():
    """{"status": "ready", "degraded" or "failing", "checks": {part: "ok" or what is wrong}}."""
    found = await asyncio.gather(*(ask(import_string(dotted)) for dotted in settings.HEALTH))
    names = [dotted.rpartition(".")[2] for dotted in settings.HEALTH]
    status = max((status for status, _words in found), key=STATUSES.index, default="ready")
    return {
        "status": status,
        "checks": dict(zip(names, (words for _status, words in found), strict=True)),
    }


async def ask(part):
    """(status, words) of one part."""
    try:
        async with asyncio.timeout(PATIENCE):
            await part()
    except Degraded as error:
        return "degraded", str(error)
    except TimeoutError:
        return (
            "failing",
            (
                f"It has not answered within {PATIENCE:g} s: it hangs, or has too much to do. See"
                " its own log."
            ),
        )
    except Exception as error:  # noqa: BLE001 - a part that can't even say what is wrong
        return "failing", str(error) or repr(error)
    return "ready", "ok"


async def look_at_levels():
    """What /metrics shows of the database; without one it shows the last that was known."""
    for dotted in settings.LEVELS:
        try:
            async with asyncio.timeout(PATIENCE):
                await import_string(dotted)()
        except (DatabaseError, TimeoutError):
            pass


async def database():
    try:
        await in_thread(ask_database)
    except DatabaseError as error:
        raise Failing(
            f"The database can't be used: {error} See DATABASE_URL, and the database's own log."
        ) from error


async def migrations():
    missing = await in_thread(missing_migrations)
    if missing:
        raise Failing(f"{missing} migrations are missing. Run: python manage.py migrate")


def ask_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def missing_migrations():
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            return missing
        _migrated = True  # and stays so
    return 0


async def redis():
    if not settings.REDIS_URL:
        return
    from redis import RedisError

    try:
        await in_thread(redis_client.ping)
    except RedisError as error:
        raise Degraded(
            f"Redis does not answer ({error}). All goes on, but pages of other processes learn"
            " late. See REDIS_URL."
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
