"""`make bench` runs all measurements, each in a separate process, and then lists missed goals.

`make bench ONLY="pages live"` runs only these.
"""

import os
import platform
import subprocess
import sys
from tempfile import NamedTemporaryFile

from bench.report import MISSED, title

ALL = ["markdown", "images", "import_mbox", "weight", "pages", "proxy", "sqlite_writes", "accounts"]
ALL += [
    "live",
    "members",
    "idle",
    "busy",
    "hostile",
    "renames",
    "returns",
    "fanout",
    "push_vs_poll",
    "standing_searches",
    "digests",
    "notifications",
    "reactions",
    "presence",
    "search",
    "search_machina",
]


def main():
    title(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    with NamedTemporaryFile("r") as missed:
        environment = os.environ | {MISSED: missed.name}
        failed = [name for name in sys.argv[1:] or ALL if measure(name, environment)]
        if os.environ.get("JSON") != "1":
            title("Missed goals")
            print(missed.read() or "None.")
    if failed:
        sys.exit(f"Could not be measured: {', '.join(failed)}")


def measure(name, environment):
    return subprocess.run([sys.executable, "-m", f"bench.{name}"], env=environment).returncode


if __name__ == "__main__":
    main()
