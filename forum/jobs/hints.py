"""Puts jobs into the queue from a separate thread, so that no request waits for it."""

import threading

from django.db import transaction

from . import queue

_names: set[str] = set()
_arrived, _lock = threading.Event(), threading.Lock()
_thread = None


def after_commit(name):
    transaction.on_commit(lambda: enqueue(name), robust=True)


def enqueue(name):
    """Have the thread queue a job. Pending duplicates are merged: one run does all the work."""
    global _thread
    with _lock:
        _names.add(name)
        if _thread is None:
            _thread = threading.Thread(target=forward, name="job-hints", daemon=True)
            _thread.start()
    _arrived.set()


def forward():
    while _arrived.wait():
        _arrived.clear()
        with _lock:
            names = set(_names)
            _names.clear()
        for name in names:
            queue.put(name)
