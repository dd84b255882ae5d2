"""Worker threads: in the server by default (JOB_THREADS), or in their own process (manage.py
work).
"""

import atexit
import threading
import time

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from forum.cache import circuit_breaker
from forum.db.timeouts import time_limit

from . import queue
from .models import Run
from .registry import PERIODIC, name_of
from .running import PATIENCE, run, stopping

TICK = 5.0  # seconds between two looks at what is due
LAST_WORDS = 5.0  # seconds that a job in the server may take to end with it


class Workers:
    """`threads` take jobs from the queue; one more runs the periodic ones, if no other process
    has.
    """

    def __init__(self, threads):
        self.threads, self.consumer = threads, None
        self.keeper = threading.Thread(target=self._keep, name="job-keeper", daemon=True)

    def start(self):
        stopping.clear()
        self.keeper.start()

    def stop(self, seconds):
        """Begins nothing more; what runs has so long to end. What does not is done again by another
        worker.
        """
        until = time.monotonic() + seconds
        stopping.set()
        self.keeper.join(seconds)
        if self.consumer:
            self.consumer.shutdown_timeout = max(until - time.monotonic(), 0)
            self.consumer.stop(graceful=True)

    def _keep(self):
        while not stopping.is_set():
            self._look_after_consumer()
            run_due()
            stopping.wait(TICK)

    def _look_after_consumer(self):
        try:
            if self.consumer:
                self.consumer.check_worker_health()
            else:
                consumer = queue.consumer(self.threads)
                consumer.start()
                self.consumer = consumer
        except Exception as error:  # noqa: BLE001 - the store is away: the next look tries again
            circuit_breaker.queue.record_failure(error)


def run_due():
    """Runs the periodic jobs that are due, one after the other."""
    try:
        for name, periodic in PERIODIC.items():
            close_old_connections()
            with time_limit(PATIENCE):
                claimed = Run.objects.claim(name, periodic.interval)
            if claimed:
                claimed.ended(periodic.interval, run(periodic.function, name))
    except DatabaseError as error:
        circuit_breaker.schedule.record_failure(error)
    else:
        circuit_breaker.schedule.record_success()
    finally:
        close_old_connections()


def ask_for(function):
    """From a periodic job: a thread beside this one runs it; or else this one, while the queue is
    away.
    """
    if not queue.put(name_of(function)):
        run(function, name_of(function))


def start_in_server():
    """Called by what every server loads, and by nothing else: commands and tests have no such
    threads.
    """
    if settings.JOB_THREADS:
        workers = Workers(settings.JOB_THREADS)
        workers.start()
        atexit.register(workers.stop, LAST_WORDS)
