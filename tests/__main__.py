"""`make test`: the whole suite, in runs that must not share a process, and a word on what was left out.

REQUIRE_ALL=1 makes leaving something out a failure. TESTS="path …" runs just these. --faults runs tests/faults in full.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STORED = ["tests/models", "tests/properties", "tests/transfer", "tests/commands"]
NEEDS = {  # what a part of the suite needs: how to find it
    "browser": lambda: shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"),
    "redis": lambda: shutil.which("redis-server"),
    "postgresql": lambda: shutil.which("pg_virtualenv") and any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    "proxy": lambda: shutil.which("nginx") and shutil.which("caddy"),
}


def main(arguments):
    started = time.monotonic()
    present = {name for name, found in NEEDS.items() if found()}
    missing = sorted(set(NEEDS) - present)
    if missing and os.environ.get("REQUIRE_ALL"):
        print(f"Missing: {', '.join(missing)}. Bring it with: make services")
        return 1
    if "--faults" in arguments:
        return run("Faults", ["tests/faults"], {"FAULTS": "full"})
    if arguments:
        return run("Chosen tests", arguments, {})
    failed = run("Forum and sockets", ["tests", "--ignore=tests/browser", "--ignore=tests/faults", *spread()], {})
    if "browser" in present:
        # Playwright leaves an event loop running, which the tests of sockets can't have
        failed |= run("Browser", ["tests/browser"], {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"})
        failed |= run("Faults, short", ["tests/faults"], {})
    if "postgresql" in present:
        failed |= run("What is stored, on PostgreSQL", [*STORED, *spread()], {}, on_postgresql)
    print(f"\nAll in {time.monotonic() - started:.0f} s. ", end="")
    print("Nothing was left out." if not missing else f"Left out, for want of {', '.join(missing)}: make services")
    return failed


def spread():
    return ["-n", str(min(os.cpu_count() or 1, 8)), "--dist", "loadscope"]


def run(title, arguments, environment, wrap=lambda command: command):
    print(f"\n— {title} —", flush=True)
    command = wrap([sys.executable, "-m", "pytest", *arguments])
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode


def on_postgresql(command):
    """The same command with a private PostgreSQL server of its own, which goes when it ends."""
    url = "postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres"
    return ["pg_virtualenv", "sh", "-c", f"DATABASE_URL={url} {shlex.join(command)}"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
