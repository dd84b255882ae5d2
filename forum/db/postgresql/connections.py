"""A PostgreSQL connection with a time limit for each statement."""

import select
from typing import Any, TypeVar

import psycopg
from psycopg import errors, waiting
from psycopg.abc import PQGen

from forum.cache import circuit_breaker
from forum.db.timeouts import limit

T = TypeVar("T")
INTERVAL = 0.1  # seconds between two looks whether the connection still exists, as psycopg has it
LAST_WORD = 0.25  # seconds for the server to take the order to stop, and as many to obey


class Connection(psycopg.Connection[Any]):
    def wait(self, gen: PQGen[T], interval: float = INTERVAL, timeout: float | None = None) -> T:
        seconds = limit() if timeout is None else timeout
        try:
            return super().wait(gen, interval, seconds)
        except errors._WaitTimeout:
            return self._stop(gen, seconds)

    def has_hung_up(self) -> bool:
        """Whether the server has said something unasked, which is goodbye. Costs no round trip."""
        if self.closed:
            return True
        ear = select.poll()
        ear.register(self.pgconn.socket, select.POLLIN)
        return bool(ear.poll(0))

    def _stop(self, gen: PQGen[T], seconds: float | None) -> T:
        """A server that is only slow cancels the query and stays in use; of one that hangs all
        connections are left.
        """
        try:
            self.cancel_safe(timeout=LAST_WORD)
            return waiting.wait(gen, self.pgconn.socket, interval=INTERVAL, timeout=LAST_WORD)
        except errors.QueryCanceled as error:
            raise errors.QueryCanceled(
                f"PostgreSQL took longer than {seconds:g} s for an answer."
            ) from error
        except (errors._WaitTimeout, errors.OperationalError) as error:
            self.pgconn.finish()
            circuit_breaker.database.record_failure(
                f"PostgreSQL has not answered for {seconds:g} s."
            )
            self._pool.drain()  # type: ignore[union-attr]  # Django's pool, which has made this connection
            raise errors.OperationalError("PostgreSQL does not answer.") from error
