"""Time limits for database statements, per unit of work. Commands have none."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

PAGE = 1.5  # seconds; including the time to cancel, a page responds within two
_limit: ContextVar[float | None] = ContextVar("time_limit", default=None)

limit = _limit.get


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    token = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(token)


def page_time_limit() -> AbstractContextManager[None]:
    """The time limit for work that a page waits for."""
    return time_limit(PAGE)
