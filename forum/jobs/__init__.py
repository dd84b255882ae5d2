"""Background jobs: `@job` marks a function for workers, `@every(seconds=30)` a periodic one.

A queued job is only a hint: the queue may lose it, or run it twice. Work that must not be lost is a
row in the database (outbox.py), which a periodic job finds.
"""

from .registry import every, job

__all__ = ["every", "job"]
