"""`make test`: the whole suite in both columns (see columns.py), and a word on what was left out.

COLUMN=sqlite or COLUMN=postgresql runs one of them. TESTS="path …" runs just these. --faults runs
what counts far in full, --quick what needs no servers and tries few examples, on SQLite.
REQUIRE_ALL=1 makes leaving something out a failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.clocks import LIBRARY
from tests.support.chromium import CHROMIUM
from tests.support.columns import COLUMNS
from tests.support.databases import migrated
from tests.support.postgresql import programs
from tests.support.static_files import collect

ROOT = Path(__file__).resolve().parent.parent
WORKERS = min(os.cpu_count() or 1, 8)
BUSY = WORKERS + 1  # for the forum's tests, one of which mostly waits for a disk
WAITING = 2 * WORKERS  # for tests that wait for browsers and servers more than they work
NEEDS = {  # what a part of the suite needs: how to find it
    "browser": lambda: CHROMIUM,
    "redis": lambda: shutil.which("redis-server"),
    "postgresql": programs,
    "proxy": lambda: shutil.which("nginx") and shutil.which("caddy"),
    "libfaketime": lambda: LIBRARY,
    "node": lambda: shutil.which("node"),
}
QUICK = ["tests", "-m", "not servers and not thorough"]
ONCE = ["-m", "store or not once"]  # what runs on PostgreSQL, too
APART = ["tests/browser", "tests/faults"]  # in processes of their own
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}  # once, and not for each of hundreds of processes
FAULTS = [
    "tests/faults",
    "tests/realtime/protocol/test_frames_by_the_book.py",
]  # that count further than CI has time for


def main(arguments):
    started = time.monotonic()
    missing = sorted(name for name, found in NEEDS.items() if not found())
    if missing and os.environ.get("REQUIRE_ALL"):
        print(f"Missing: {', '.join(missing)}. Bring it with: make services")
        return 1
    columns = [os.environ["COLUMN"]] if os.environ.get("COLUMN") else list(COLUMNS)
    if quick := arguments == ["--quick"]:
        columns = ["sqlite"]
    if {"redis", "postgresql"} & set(missing) and "postgresql" in columns:
        columns.remove("postgresql")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="parley-tests-") as folder:
        static = f"{folder}/static"
        if not quick:  # beforehand, as it takes a busy machine longer than a test may
            collect(static)
        for column in columns:
            with COLUMNS[column](WAITING) as environment:
                if not quick:
                    environment |= {"COLLECTED": static}
                if not arguments:  # in a small run each process migrates its own
                    environment |= migrated(environment["DATABASE_URL"], folder)
                for title, tests, more in runs(column, arguments, missing):
                    print(f"\n— {column}: {title} —", flush=True)
                    failed |= run(tests, {**environment, **more})
    outcome = "Failed" if failed else "Passed"
    print(f"\n{outcome} in {time.monotonic() - started:.0f} s. ", end="")
    print(
        "Nothing was left out."
        if not missing
        else f"Left out, as these are missing: {', '.join(missing)} (make services)"
    )
    return failed


def runs(column, arguments, missing):
    """(title, arguments for pytest, environment) of the runs of a column, which must not share a
    process.
    """
    if arguments == ["--faults"]:
        yield "Faults", FAULTS, {"FAULTS": "full"}
    elif arguments == ["--quick"]:
        spread = ["-n", str(WORKERS), "--dist", "loadscope"]
        yield "Quick", [*QUICK, *without(APART), *spread], {"HYPOTHESIS": "quick"}
    elif arguments:
        yield "Chosen tests", arguments, {}
    else:
        spread = ["-n", str(BUSY), "--dist", "loadscope"]
        once = ONCE if column == "postgresql" else []
        yield (
            "Forum and sockets",
            ["tests", *without(APART), *once, *spread],
            {},
        )
        if "browser" not in missing:
            # Playwright leaves an event loop running, which the tests of sockets can't have
            yield (
                "Browser",
                ["tests/browser", *once, "-n", str(WAITING)],
                {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"},
            )
            yield (
                "Faults, short",
                ["tests/faults", *once, "-n", str(WAITING), "--dist", "loadgroup"],
                {},
            )


def without(paths):
    return [f"--ignore={path}" for path in paths]


def run(tests, environment):
    command = [sys.executable, "-m", "pytest", *tests]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **COMPILED, **environment}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
