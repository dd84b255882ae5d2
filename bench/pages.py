"""What pages cost: CPU of the server and of the database, queries, waiting, and the same for what
stands beside them.

One uvicorn process, on PostgreSQL and on SQLite in turn, with an imported mailing list (CORPUS
names its folder), topics of 100 to 20,000 posts, and 100,000 posts in all, then 1,000,000. In the
same run, in turn with ours: a bare Django view that sends as many bytes (bench.floor) and, on
PostgreSQL, django-machina with the same posts (bench/machina). CPU and waiting are those of one
request at a time, requests a second those of eight.

What the servers log is kept in var/bench/servers.log.

--quick: 10,000 posts, once, without machina. --only NAME: only what has this in its name. --on
sqlite|postgresql. --keep: as quick, but asks on until stopped, for a profiler to look at.
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
            f"pages: no archive in {CORPUS} (set CORPUS to a folder with mbox files): goes on with"
            " made-up texts.",
            file=sys.stderr,
        )
    columns = (
        [options.on] if options.on else ["sqlite"] if options.quick else ["postgresql", "sqlite"]
    )
    failed = [column for column in columns if measure(column)]
    if failed:
        sys.exit(f"Could not be measured: {', '.join(failed)}")


def measure(column):
    """Each database in a process of its own, since Django is set up once. Returns what it ended
    with.
    """
    command = [sys.executable, "-m", "bench.column", "--on", column, *sys.argv[1:]]
    if column == "postgresql":
        if not shutil.which("pg_virtualenv"):
            print(
                "pages: left out on PostgreSQL, which is not here (make services brings it).",
                file=sys.stderr,
            )
            return 0
        command = private_server(command)
    process = subprocess.Popen(command)
    with suppress(KeyboardInterrupt):  # which it has had as well, and ends its servers
        process.wait()
    return process.wait()


if __name__ == "__main__":
    main()
