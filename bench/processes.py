"""What a process has used, from the kernel's own clocks (Linux): exact to the nanosecond, ended
threads included.
"""

import os
import re
import time
from pathlib import Path

from bench.import_mbox import family

TICK = os.sysconf("SC_CLK_TCK")
SCHEDULED = 2  # which of a process's clocks: see clock_getcpuclockid(3)


def cpu(pid):
    """Seconds of CPU that this process has used so far."""
    return time.clock_gettime((~pid << 3) | SCHEDULED)


def cpu_of_family(pid):
    """Seconds of CPU of a process and its children, those that have ended included."""
    return sum(map(_cpu_or_nothing, family(pid))) + _ended(pid)


def _cpu_or_nothing(pid):
    try:
        return cpu(pid)
    except OSError:  # it ended a moment ago
        return 0


def _ended(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / TICK


def memory(pid):
    """MiB of memory, what it shares with others by its part."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1]) / 1024
