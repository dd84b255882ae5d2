"""The cost of pages: CPU of server and database, queries, response times, and references.

One uvicorn process, on PostgreSQL and then on SQLite, with an imported mailing list (CORPUS names
its folder), topics of 100 to 20,000 posts, and 100,000 posts in total, then 1,000,000. Interleaved
in the same run: a bare Django view that sends as many bytes (bench.floor) and, on PostgreSQL,
django-machina with the same posts (bench/machina). CPU and response times are for one request at a
time, requests per second for eight.

The servers log to var/bench/servers.log.

--quick: 10,000 posts, once, without machina. --only NAME: only pages with this in their name. --on
sqlite|postgresql. --keep: like --quick, but sends requests until stopped, for profiling.
"""

import shutil
import subprocess
import sys
from contextlib import suppress

from bench.databases import private_server
from bench.import_mbox import CORPUS
from bench.options import read


def main():
    options = read()
    if not any(CORPUS.glob("*.mbox*")):
        print(
            f"pages: no archive in {CORPUS} (set CORPUS to a folder with mbox files); using"
            " generated texts.",
            file=sys.stderr,
        )
    columns = (
        [options.on] if options.on else ["sqlite"] if options.quick else ["postgresql", "sqlite"]
    )
    failed = [column for column in columns if measure(column)]
    if failed:
        sys.exit(f"Could not be measured: {', '.join(failed)}")


def measure(column):
    """Measure one database in a separate process; returns its exit status."""
    command = [sys.executable, "-m", "bench.column", "--on", column, *sys.argv[1:]]
    if column == "postgresql":
        if not shutil.which("pg_virtualenv"):
            print(
                "pages: skipped on PostgreSQL, which is not installed (run: make services).",
                file=sys.stderr,
            )
            return 0
        command = private_server(command)
    process = subprocess.Popen(command)
    with suppress(KeyboardInterrupt):  # the child receives it, too, and stops its servers
        process.wait()
    return process.wait()


if __name__ == "__main__":
    main()
