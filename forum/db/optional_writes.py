"""Optional writes, such as reading positions: if one fails, the page does not."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import DatabaseError, connection, transaction

from forum.db.outages import is_outage
from forum.observability import metrics

logger = logging.getLogger(__name__)
LOCK_WAIT = 250  # milliseconds to wait for SQLite's lock; other writes wait 20 s
LOG_INTERVAL = 60.0  # seconds between two log lines about the same kind of write

_skipped = metrics.Counter("parley_skipped_writes", "Optional writes that failed.", ["what"])
# description -> (time of the last log line, writes skipped since)
_logged: dict[str, tuple[float, int]] = {}


@contextmanager
def optional_write(description: str, lock_wait: int = LOCK_WAIT) -> Iterator[None]:
    """Skip the statements in the block, with one log line and a metric, during an outage.

    `description` completes "Could not save …" and is a label of the metric: use few values.
    `lock_wait`: milliseconds to wait for SQLite's lock; more where no page waits for it.
    Raises all database errors that are not outages (see `is_outage`).
    """
    try:
        # A savepoint, so that a failure does not break an enclosing transaction. None is begun
        # where there is no such transaction: that may fail, and a block has to run.
        with (
            short_lock_wait(lock_wait),
            transaction.atomic() if connection.in_atomic_block else nullcontext(),
        ):
            yield
    except DatabaseError as error:
        if not is_outage(error):
            raise
        record_skip(description, error)


def record_skip(description: str, error: DatabaseError) -> None:
    _skipped.labels(description).inc()
    last, skipped = _logged.get(description, (-LOG_INTERVAL, 0))
    if time.monotonic() - last < LOG_INTERVAL:
        _logged[description] = last, skipped + 1
        return
    _logged[description] = time.monotonic(), 0
    logger.warning(
        "Could not save %s (%d times since the last such line): %s", description, skipped + 1, error
    )


@contextmanager
def short_lock_wait(lock_wait: int = LOCK_WAIT) -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield  # forum/db/timeouts.py limits how long PostgreSQL may take
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    set_lock_wait(lock_wait)
    try:
        yield
    finally:
        set_lock_wait(usual)


def set_lock_wait(milliseconds: int) -> None:
    connection.ensure_connection()
    # On the raw connection, so that it doesn't count as a query.
    connection.connection.execute(f"PRAGMA busy_timeout = {milliseconds:d}")
