"""Sets the clocks of servers by libfaketime, except monotonic clocks and file times."""

import os
from pathlib import Path

# MT: time is asked in many threads
LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


class Clock:
    """The clock of a server that is started with this `environment`."""

    def __init__(self, folder, name):
        self.file, self.next = folder / name, folder / f"{name}.next"
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # on, the interpreter's waiting for its lock would end at once
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds):
        """Sets the clock to so many seconds after the true time; also while the server runs."""
        self.next.write_text(f"{seconds:+d}\n")
        os.replace(self.next, self.file)  # it is read all the time, and must never be half written

    def tidy(self, process):
        """Removes the library's shared memory of a process that was ended by a signal."""
        for left in Path("/dev/shm").glob(f"*faketime_*_{process}"):
            left.unlink()
