"""CPU time and memory of processes (Linux), from kernel clocks that include ended threads."""

import os
import re
import time
from pathlib import Path

from bench.import_mbox import family

TICK = os.sysconf("SC_CLK_TCK")
SCHEDULED = 2  # the kind of CPU clock: see clock_getcpuclockid(3)


def cpu(pid):
    """CPU seconds that a process has used so far."""
    return time.clock_gettime((~pid << 3) | SCHEDULED)


def cpu_of_family(pid):
    """CPU seconds of a process and its children, including ended ones."""
    return sum(map(_cpu_or_nothing, family(pid))) + _ended(pid)


def _cpu_or_nothing(pid):
    try:
        return cpu(pid)
    except OSError:  # it has just ended
        return 0


def _ended(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / TICK


def memory(pid):
    """Proportional set size (PSS) in MiB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1]) / 1024
