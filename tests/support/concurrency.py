"""Runs functions at the same moment, in threads with their own database connections."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

from django.db import close_old_connections, connection

DEADLINE = 300  # seconds


def at_once(*acts):
    """Calls all functions at once; returns their results in order, or raises the first error."""
    with Crowd(len(acts)) as crowd:
        return crowd.at_once(*acts)


class Crowd:
    """`size` threads for several rounds, since starting a thread costs more than most calls."""

    def __init__(self, size):
        self.size = size
        self.threads = ThreadPoolExecutor(size)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        # in every thread, since each call waits for all others
        self.at_once(*[lambda: connection.close()] * self.size)
        self.threads.shutdown()

    def at_once(self, *acts):
        """Like the function `at_once`, with at most `size` functions."""
        barrier = threading.Barrier(len(acts))
        acting = [self.threads.submit(act_with_all, barrier, act) for act in acts]
        wait(acting, timeout=DEADLINE)
        return [one.result(0) for one in acting]


def act_with_all(barrier, act):
    barrier.wait(20)
    try:
        return act()
    finally:
        close_old_connections()  # as at the end of a request
