"""Ends waiting requests at once when the server gets a signal to stop: servers wait long for open
requests.
"""

import asyncio
import signal
import threading
from contextlib import contextmanager

_waiting = set()  # (event loop, event)
_is_stopping = False


async def soon():
    """Returns when the server has got a signal to stop."""
    _listen()
    stop = asyncio.Event()
    with _among_the_waiting(asyncio.get_running_loop(), stop):
        if not _is_stopping:
            await stop.wait()


@contextmanager
def _among_the_waiting(*one):
    _waiting.add(one)
    try:
        yield
    finally:
        _waiting.discard(one)


def _listen():
    """Puts ours in front of the server's own handlers, which are called as before."""
    if threading.current_thread() is not threading.main_thread():
        return  # only there can one listen; `runserver` runs in another and stops without patience
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
