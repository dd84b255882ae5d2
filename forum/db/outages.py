"""Recognises transient database errors: unreachable, busy, full or read-only."""

from django.db import InterfaceError, InternalError, OperationalError

# A PostgreSQL standby, or default_transaction_read_only; psycopg raises InternalError for it.
READ_ONLY = "25006"
CANCELLED = "57014"  # by the time limit of forum/db/timeouts.py


def is_outage(error: BaseException | None) -> bool:
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) == READ_ONLY
    return isinstance(error, OperationalError | InterfaceError)


def is_timeout(error: BaseException | None) -> bool:
    """Whether PostgreSQL answers, but took too long for one statement."""
    return getattr(error and error.__cause__, "sqlstate", None) == CANCELLED
