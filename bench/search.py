"""Search: CPU of queries over many posts, size of the index, replies, and precision.

100,000 made-up posts (bench.search_corpus), or as many as POSTS says, on PostgreSQL and then on
SQLite. 1,000 queries of one to four words of these posts are sent by a member, one at a time; the
CPU is that of the server and of PostgreSQL, by the kernel's clocks. F is the CPU of a bare Django
view that sends as many bytes (bench.floor), requested in turn with the queries.
"""

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.databases import private_server

POSTS = int(os.environ.get("POSTS", "100000"))
COLUMNS = ("postgresql", "sqlite")


def main():
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        failed = [column for column in COLUMNS if measure(column, folder)]
    subprocess.run([sys.executable, "-m", "bench.search_precision"], check=True)
    if failed:
        sys.exit(f"Could not be measured: {', '.join(failed)}")


def write(folder):
    """Write the posts, with their keys, to the file that both databases are filled from."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    import django

    django.setup()
    from bench import search_forum

    totals = search_forum.write(folder / "rows", POSTS)
    (folder / "totals").write_bytes(pickle.dumps(tuple(totals)))


def measure(column, folder):
    """Measure one database in a separate process; returns its exit status."""
    command = [sys.executable, "-m", "bench.search_column", column, folder]
    if column == "postgresql":
        if not shutil.which("pg_virtualenv"):
            print("search: PostgreSQL was left out (run: make services).", file=sys.stderr)
            return 0
        command = private_server(command)
    return subprocess.run(command).returncode


if __name__ == "__main__":
    main()
