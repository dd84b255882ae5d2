"""A PostgreSQL connection with a time limit for each statement."""

import select
from typing import Any, TypeVar

import psycopg
from psycopg import errors, waiting
from psycopg.abc import PQGen

from forum.cache import circuit_breaker
from forum.db.timeouts import limit

T = TypeVar("T")
INTERVAL = 0.1  # seconds between checks that the connection still exists, as in psycopg
CANCEL_TIMEOUT = 0.25  # seconds to deliver the cancel request, and as many for the server to obey


class Connection(psycopg.Connection[Any]):
    def wait(self, gen: PQGen[T], interval: float = INTERVAL, timeout: float | None = None) -> T:
        seconds = limit() if timeout is None else timeout
        try:
            return super().wait(gen, interval, seconds)
        except errors._WaitTimeout:
            return self._cancel(gen, seconds)

    def has_hung_up(self) -> bool:
        """Whether the server closed the connection: unrequested data is pending. No round trip."""
        if self.closed:
            return True
        poll = select.poll()
        poll.register(self.pgconn.socket, select.POLLIN)
        return bool(poll.poll(0))

    def _cancel(self, gen: PQGen[T], seconds: float | None) -> T:
        """Cancel the query. If the server doesn't obey, drop the whole pool: it hangs.

        Raises QueryCanceled, or OperationalError if the server hangs.
        """
        try:
            self.cancel_safe(timeout=CANCEL_TIMEOUT)
            return waiting.wait(gen, self.pgconn.socket, interval=INTERVAL, timeout=CANCEL_TIMEOUT)
        except errors.QueryCanceled as error:
            raise errors.QueryCanceled(
                f"PostgreSQL took longer than {seconds:g} s to answer."
            ) from error
        except (errors._WaitTimeout, errors.OperationalError) as error:
            self.pgconn.finish()
            circuit_breaker.database.record_failure(
                f"PostgreSQL did not answer within {seconds:g} s."
            )
            self._pool.drain()  # type: ignore[union-attr]  # set by the pool
            raise errors.OperationalError("PostgreSQL does not answer.") from error
