"""Recognises transient database errors: unreachable, busy, full or read-only."""

from django.db import InterfaceError, InternalError, OperationalError

# A PostgreSQL standby, or default_transaction_read_only; psycopg raises InternalError for it.
READ_ONLY = "25006"


def is_outage(error: BaseException | None) -> bool:
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) == READ_ONLY
    return isinstance(error, OperationalError | InterfaceError)
