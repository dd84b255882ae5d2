"""Recognises database errors that pass by themselves: away, busy, full or read-only."""

from django.db import InterfaceError, InternalError, OperationalError

# PostgreSQL on a standby or with default_transaction_read_only; psycopg calls it InternalError
READ_ONLY = "25006"


def is_outage(error: BaseException | None) -> bool:
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) == READ_ONLY
    return isinstance(error, OperationalError | InterfaceError)
