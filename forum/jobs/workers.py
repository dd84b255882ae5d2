"""Worker threads: in the server (JOB_THREADS), or in a separate process (manage.py work)."""

import atexit
import signal
import threading
import time
from functools import partial

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from forum.cache import circuit_breaker
from forum.db.timeouts import time_limit

from . import handover, queue
from .models import Run
from .registry import PERIODIC, name_of
from .running import TIMEOUT, run, stopping

TICK = 5.0  # seconds between checks for due periodic jobs
SHUTDOWN_TIMEOUT = 5.0  # seconds for jobs in the server to end on shutdown


class Workers:
    """`threads` worker threads for queued jobs, and one more for periodic jobs."""

    def __init__(self, threads):
        self.threads, self.consumer = threads, None
        self.scheduler = threading.Thread(
            target=self._run_scheduler, name="job-scheduler", daemon=True
        )

    def start(self):
        stopping.clear()
        self.scheduler.start()

    def stop(self, seconds):
        """Start nothing more, and wait up to `seconds` for running jobs.

        Another worker repeats those that don't finish.
        """
        until = time.monotonic() + seconds
        stopping.set()
        handover.wake()
        self.scheduler.join(seconds)
        if self.consumer:
            self.consumer.shutdown_timeout = max(until - time.monotonic(), 0)
            self.consumer.stop(graceful=True)

    def _run_scheduler(self):
        while not stopping.is_set():
            self._ensure_consumer()
            run_due()
            stopping.wait(TICK)

    def _ensure_consumer(self):
        try:
            if self.consumer:
                self.consumer.check_worker_health()
            else:
                consumer = queue.consumer(self.threads)
                consumer.start()
                self.consumer = consumer
        except Exception as error:  # noqa: BLE001 - the store is away; retried at the next tick
            circuit_breaker.queue.record_failure(error)


def run_due():
    """Run the periodic jobs that are due, one after the other."""
    try:
        for name, periodic in PERIODIC.items():
            close_old_connections()
            with time_limit(TIMEOUT):
                claimed = Run.objects.claim(name, periodic.interval)
            if claimed:
                claimed.finish(periodic.interval, run(periodic.function, name))
    except DatabaseError as error:
        circuit_breaker.schedule.record_failure(error)
    else:
        circuit_breaker.schedule.record_success()
    finally:
        close_old_connections()


def run_soon(function):
    """Queue a job from a periodic one; while the queue is away, run it in this thread."""
    if not queue.put(name_of(function)):
        run(function, name_of(function))


def start_in_server():
    """Start workers in a server process. Only called from asgi.py, not by commands or tests."""
    if settings.JOB_THREADS:
        workers = Workers(settings.JOB_THREADS)
        workers.start()
        stop_before_server(workers)
        atexit.register(workers.stop, SHUTDOWN_TIMEOUT)


def stop_before_server(workers):
    """Let running jobs end when a signal stops the server, which begins to stop after them.

    uvicorn ends its process by the signal itself, so nothing that is registered to run at its exit
    does.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # Python allows signal handlers only there
    for number in (signal.SIGTERM, signal.SIGINT):
        handler = signal.getsignal(number)
        if callable(handler) and handler is not signal.default_int_handler:
            signal.signal(number, partial(stop_workers, workers, handler))


def stop_workers(workers, handler, *signal_and_frame):
    def stop():
        workers.stop(SHUTDOWN_TIMEOUT)
        handler(*signal_and_frame)

    if stopping.is_set():  # a second signal means at once
        handler(*signal_and_frame)
    else:
        threading.Thread(target=stop, name="job-stop", daemon=True).start()
