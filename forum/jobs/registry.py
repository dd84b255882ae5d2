"""The registry of jobs. The queue contains names of these; nothing else is ever called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

JOBS: dict[str, Callable] = {}  # by name
PERIODIC: dict[str, "Periodic"] = {}  # by name


@dataclass(frozen=True)
class Periodic:
    function: Callable
    interval: timedelta


def job(function):
    """Register a job: `function.after_commit()` has a worker run it soon.

    Jobs take no arguments; they find their work in database rows.
    """
    from .hints import after_commit

    JOBS[name_of(function)] = function
    function.after_commit = partial(after_commit, name_of(function))
    return function


def every(**interval):
    """`@every(hours=1)`: run periodically, by one process at a time; see models.py."""

    def register(function):
        PERIODIC[name_of(function)] = Periodic(function, timedelta(**interval))
        return function

    return register


def name_of(function):
    return f"{function.__module__}.{function.__name__}"
