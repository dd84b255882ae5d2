"""When the server is told to stop, requests that wait end at once: servers are patient with open requests."""

import asyncio
import signal
import threading
from contextlib import contextmanager

_waiting = set()  # (event loop, event)
_told = False


async def soon():
    """Returns when the server was told to stop."""
    _listen()
    stop = asyncio.Event()
    with _among_the_waiting(asyncio.get_running_loop(), stop):
        if not _told:
            await stop.wait()


@contextmanager
def _among_the_waiting(*one):
    _waiting.add(one)
    try:
        yield
    finally:
        _waiting.discard(one)


def _listen():
    """In front of the server's own handlers, which are called as before."""
    if threading.current_thread() is not threading.main_thread():
        return  # only there can one listen; `runserver` runs in another and stops without patience
    for number in (signal.SIGTERM, signal.SIGINT):
        handler = signal.getsignal(number)
        if callable(handler) and not isinstance(handler, Told):
            signal.signal(number, Told(handler))


class Told:
    def __init__(self, handler):
        self.handler = handler

    def __call__(self, *signal_and_frame):
        global _told
        _told = True
        for loop, stop in list(_waiting):
            loop.call_soon_threadsafe(stop.set)
        return self.handler(*signal_and_frame)
