"""Circuit breakers: after a failure, skip a service for a while instead of timing out again."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Unavailable(Exception):
    """The call failed, or was skipped because an earlier one failed a moment ago."""


class CircuitBreaker:
    """The circuit breaker of one service in this process, shared by all threads.

    `service` is its name in log lines; `pause` is the time in seconds to skip it after a failure.
    """

    def __init__(self, service: str, pause: float) -> None:
        self.service, self.pause = service, pause
        self._until, self._is_open = 0.0, False

    def allows(self) -> bool:
        """Whether to call the service now: always while it works, otherwise once per pause."""
        if not self._is_open:
            return True
        if time.monotonic() < self._until:
            return False
        self._until = time.monotonic() + self.pause  # only this caller tries
        return True

    def attempt(
        self, call: Callable[[], T], errors: type[BaseException], is_probe: bool = False
    ) -> T:
        """Return `call()`; raises Unavailable if the service is skipped or `errors` are raised.

        A probe is always made, and doesn't use up the attempt of a regular caller.
        """
        if not (is_probe or self.allows()):
            raise Unavailable
        try:
            result = call()
        except errors as error:
            self.record_failure(error)
            raise Unavailable from error
        self.record_success()
        return result

    def record_failure(self, error: BaseException | str) -> None:
        self._until = time.monotonic() + self.pause
        if not self._is_open:
            self._is_open = True
            logger.warning("%s is away: %s", self.service, error)

    def record_success(self) -> None:
        if self._is_open:
            self._is_open = False
            logger.warning("%s is back.", self.service)


redis = CircuitBreaker("Redis", 3.0)
database = CircuitBreaker("The database", 1.0)
queue = CircuitBreaker("The queue of jobs", 5.0)
mail = CircuitBreaker("The mail server", 15.0)
mailbox = CircuitBreaker("The mailbox", 15.0)
schedule = CircuitBreaker("The schedule of periodic jobs", 5.0)
