"""A limit on the CPU time that one message takes.

A signal raises OutOfTime between Python instructions and inside regular expressions. C code ignores
signals; a second later the system kills the process.
"""

import math
import resource
import signal
import time
from contextlib import contextmanager

GRACE = 1  # seconds


class OutOfTime(BaseException):
    """The time limit was exceeded. Not an Exception, so that no handler on the way catches it."""


@contextmanager
def cpu_budget(seconds, is_own_process):
    """Raises OutOfTime if the block takes longer. Works in the main thread only.

    With `is_own_process` the process may be killed.
    """
    before = signal.signal(signal.SIGPROF, _stop)
    if is_own_process:
        _end_process_after(math.ceil(time.process_time() + seconds) + GRACE)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(number, frame):
    raise OutOfTime


def _end_process_after(seconds):
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or seconds < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
