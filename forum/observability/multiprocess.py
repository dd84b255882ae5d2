"""Shares metrics between the processes of a machine through a folder of files.

To be prepared before prometheus-client is imported, which looks at the environment only then.
"""

import contextlib
import os
from pathlib import Path

from django.conf import settings

NAME = "PROMETHEUS_MULTIPROC_DIR"
# of all that we count; each has a file for each process
KINDS = ("counter", "histogram", "gauge_livesum")
SIZE = 2**20  # bytes of such a file, as prometheus-client makes it


def are_shared():
    return NAME in os.environ


def prepare():
    if settings.PROCESSES > 1:
        os.environ.setdefault(NAME, str(settings.VAR_DIR / "metrics"))
    if are_shared():
        folder = Path(os.environ[NAME])
        clean(folder)
        reserve(folder)


def clean(folder):
    """Levels of processes that are gone go with them; their counts stay until none of the processes
    is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {file: int(file.stem.rpartition("_")[2]) for file in folder.glob("*_*.db")}
    alive = {process for process in files.values() if process != os.getpid() and is_alive(process)}
    for file, process in files.items():
        if process not in alive and (not alive or file.name.startswith("gauge_live")):
            file.unlink(missing_ok=True)


def reserve(folder):
    """Takes the room on the disk that prometheus-client only maps: a write where there is none ends
    the process.
    """
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        for kind in KINDS:
            with (folder / f"{kind}_{os.getpid()}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, SIZE)
    except OSError:  # the disk is full, so this process counts for itself
        del os.environ[NAME]


def is_alive(process):
    with contextlib.suppress(PermissionError):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return True
