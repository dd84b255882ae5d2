"""Shares metrics between the processes of a machine through a folder of files.

Call `prepare` before prometheus-client is imported, because it reads the environment only then.
"""

import contextlib
import os
from pathlib import Path

from django.conf import settings

NAME = "PROMETHEUS_MULTIPROC_DIR"
# The kinds of metrics we use; each has a file per process.
KINDS = ("counter", "histogram", "gauge_livesum")
SIZE = 2**20  # bytes of such a file, as in prometheus-client


def is_enabled():
    return NAME in os.environ


def prepare():
    if settings.PROCESSES > 1:
        os.environ.setdefault(NAME, str(settings.VAR_DIR / "metrics"))
    if is_enabled():
        folder = Path(os.environ[NAME])
        clean(folder)
        reserve(folder)


def clean(folder):
    """Delete the gauges of dead processes, and their counters, too, once no process is alive."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {file: int(file.stem.rpartition("_")[2]) for file in folder.glob("*_*.db")}
    alive = {process for process in files.values() if process != os.getpid() and is_alive(process)}
    for file, process in files.items():
        if process not in alive and (not alive or file.name.startswith("gauge_live")):
            file.unlink(missing_ok=True)


def reserve(folder):
    """Allocate disk space for the files.

    prometheus-client maps sparse files, and writing to one on a full disk would kill the process.
    """
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        for kind in KINDS:
            with (folder / f"{kind}_{os.getpid()}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, SIZE)
    except OSError:  # the disk is full: don't share metrics
        del os.environ[NAME]


def is_alive(process):
    with contextlib.suppress(PermissionError):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return True
