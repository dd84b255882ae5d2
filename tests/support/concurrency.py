"""Several people at the same moment: each in a thread, with a database connection, and released by
one barrier.
"""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

from django.db import close_old_connections, connection

DEADLINE = 300  # seconds


def at_once(*acts):
    """Calls all of them at once. Returns what each returned, in this order; raises the first error
    that one raised.
    """
    with Crowd(len(acts)) as crowd:
        return crowd.at_once(*acts)


class Crowd:
    """`size` people who stay for a while, since to come and go costs more than most of what they
    do.
    """

    def __init__(self, size):
        self.size = size
        self.threads = ThreadPoolExecutor(size)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        # each of them, as each waits for all others
        self.at_once(*[lambda: connection.close()] * self.size)
        self.threads.shutdown()

    def at_once(self, *acts):
        """As above; at most `size` acts."""
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
