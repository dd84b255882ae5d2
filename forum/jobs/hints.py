"""Hands jobs to the queue from a thread of its own, so that no request waits for it."""

import threading

from django.db import transaction

from . import queue

_names: set[str] = set()
_arrived, _lock = threading.Event(), threading.Lock()
_thread = None


def after_commit(name):
    transaction.on_commit(lambda: give(name), robust=True)


def give(name):
    """Many hints that the thread has not taken yet are one: the job does all that there is to
    do.
    """
    global _thread
    with _lock:
        _names.add(name)
        if _thread is None:
            _thread = threading.Thread(target=pass_on, name="job-hints", daemon=True)
            _thread.start()
    _arrived.set()


def pass_on():
    while _arrived.wait():
        _arrived.clear()
        with _lock:
            names = set(_names)
            _names.clear()
        for name in names:
            queue.put(name)
