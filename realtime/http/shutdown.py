"""Ends waiting requests when the server is told to stop, as it would wait for them otherwise."""

import asyncio
import signal
import threading
from contextlib import contextmanager

_waiting = set()  # (event loop, event)
_is_stopping = False


async def requested():
    """Returns when the server has got a signal to stop."""
    _install_handlers()
    stop = asyncio.Event()
    with _registered(asyncio.get_running_loop(), stop):
        if not _is_stopping:
            await stop.wait()


@contextmanager
def _registered(*waiter):
    _waiting.add(waiter)
    try:
        yield
    finally:
        _waiting.discard(waiter)


def _install_handlers():
    """Wraps the server's signal handlers, which are called as before."""
    if threading.current_thread() is not threading.main_thread():
        return  # Python allows it only there; `runserver` uses another, and doesn't wait anyway
    for number in (signal.SIGTERM, signal.SIGINT):
        handler = signal.getsignal(number)
        if callable(handler) and not isinstance(handler, StopHandler):
            signal.signal(number, StopHandler(handler))


class StopHandler:
    def __init__(self, handler):
        self.handler = handler

    def __call__(self, *signal_and_frame):
        global _is_stopping
        _is_stopping = True
        for loop, stop in list(_waiting):
            loop.call_soon_threadsafe(stop.set)
        return self.handler(*signal_and_frame)
