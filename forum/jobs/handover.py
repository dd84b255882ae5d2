"""Hands hints to idle workers of the same process, at once and without the store.

A store is asked once a second while it is empty, so a hint waits in it for half of that, and
writing, asking and deleting cost more than many jobs do.
"""

import threading
from collections import deque

from .running import stopping

SHORTEST = 0.1  # seconds
_changed, _given = threading.Condition(), deque()
_idle = 0  # workers that wait here


def give(data):
    """Give an encoded hint to a worker that waits here; False if there is none."""
    with _changed:
        if _idle <= len(_given):
            return False
        _given.append(data)
        _changed.notify()
        return True


def wait(seconds):
    """The next hint; None if there was none in so many seconds, or workers begin to stop."""
    global _idle
    with _changed:
        _idle += 1
        _changed.wait_for(lambda: _given or stopping.is_set(), seconds)
        if stopping.is_set() and not _given:
            _changed.wait(SHORTEST)  # until huey knows of it, too
        _idle -= 1
        return _given.popleft() if _given else None


def wake():
    """Let workers that wait look whether they shall stop."""
    with _changed:
        _changed.notify_all()
