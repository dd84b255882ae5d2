"""Work outside of requests. `@job` marks a function that workers run, `@every(seconds)` one that
runs again and again.

A job in the queue is only a hint: the queue may lose it, or run it twice. What must not be lost is
a row in the database (outbox.py), which a periodic job finds again.
"""

from .registry import every, job

__all__ = ["every", "job"]
