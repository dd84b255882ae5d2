"""What a process costs, as the kernel says: CPU seconds and memory that is its own."""

import resource
from pathlib import Path


def cpu_of(pid):
    """CPU seconds of all threads so far, in nanoseconds' detail."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def memory_of(pid):
    """KiB, with its share of what several processes have in common."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def allow_files(number):
    """Sockets are files; processes started from here on may have as many."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < number:
        raise SystemExit(f"This needs {number} open files and may have {hard}. Try: ulimit -Hn {number}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
