"""`make bench`: all measurements, one after the other, each in a process of its own."""

import os
import platform
import subprocess
import sys

from bench.report import title

ALL = ["markdown", "import_mbox", "weight", "pages", "proxy", "sqlite_writes", "accounts"]
ALL += ["live", "members", "idle", "busy", "hostile", "renames", "returns", "fanout", "push_vs_poll", "presence"]


def main():
    title(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    failed = [
        name for name in sys.argv[1:] or ALL if subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode
    ]
    if failed:
        sys.exit(f"Could not be measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
