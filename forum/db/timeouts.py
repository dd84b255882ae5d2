"""Time limits for database statements, per unit of work. Commands have none."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

PAGE = 1.5  # seconds; with what it takes to give up, a page has its answer within two
_limit: ContextVar[float | None] = ContextVar("patience", default=None)

limit = _limit.get


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    token = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(token)


def impatient() -> AbstractContextManager[None]:
    """`with impatient():` is what one does for somebody who waits for a page."""
    return patience(PAGE)
