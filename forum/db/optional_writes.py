"""Writes that a page can do without, such as reading positions: a failure never fails the page."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from forum.db.outages import is_outage
from forum.observability import metrics

logger = logging.getLogger(__name__)
LOCK_WAIT = 250  # milliseconds that such a write waits for SQLite's lock; others wait 20 s
EVERY = 60.0  # seconds between two lines in the log about the same thing

_skipped = metrics.Counter(
    "parley_skipped_writes", "Writes that failed and that no page depended on.", ["what"]
)
# what -> (when it was logged last, how many were skipped since)
_logged: dict[str, tuple[float, int]] = {}


@contextmanager
def optional_write(what: str) -> Iterator[None]:
    """For statements that belong together. If the database can't take them, they are given up,
    counted and logged as one line.

    `what` completes "Could not save …" and is a label of the metric, so there may only be a few of
    them.
    """
    try:
        # a failure must not break a transaction around it
        with short_lock_wait(), transaction.atomic():
            yield
    except DatabaseError as error:
        if not is_outage(error):
            raise
        note(what, error)


def note(what: str, error: DatabaseError) -> None:
    _skipped.labels(what).inc()
    last, skipped = _logged.get(what, (-EVERY, 0))
    if time.monotonic() - last < EVERY:
        _logged[what] = last, skipped + 1
        return
    _logged[what] = time.monotonic(), 0
    logger.warning(
        "Could not save %s (%d times since the last such line): %s", what, skipped + 1, error
    )


@contextmanager
def short_lock_wait() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield  # forum/db/timeouts.py limits how long PostgreSQL may take
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    set_lock_wait(LOCK_WAIT)
    try:
        yield
    finally:
        set_lock_wait(usual)


def set_lock_wait(milliseconds: int) -> None:
    connection.ensure_connection()
    # no query of the page's own
    connection.connection.execute(f"PRAGMA busy_timeout = {milliseconds:d}")
