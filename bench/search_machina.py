"""Search beside django-machina's, whose engine is Whoosh, on the same posts of a mailing list.

Twenty fixed queries are sent by a member, one at a time, to one forum and then to the other. CPU is
that of the server and of PostgreSQL for the whole page, by the kernel's clocks. The list is that of
bench.import_mbox; the queries are frequent words of its texts. Only its first archive is taken,
because Whoosh needs several minutes for the whole list on a busy machine.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from statistics import mean, median

from bench.databases import database_pid, new_database, private_server
from bench.import_mbox import CORPUS, ROOT
from bench.machina import reference
from bench.report import record, title
from bench.site import prepared

QUERIES = (
    *("gain", "clock", "firmware", "frequency", "samples", "gnuradio", "python", "overflow"),
    *("sample rate", "fpga image", "error message", "signal source", "external clock"),
    *("data stream", "device found", "host computer"),
    *("different sample rate", "rfnoc block error", "build from source", "receive channel gain"),
)
ROUNDS = 2
TOPICS = (20, 60)  # posts; what bench.machina.fill looks up
FOUND = re.compile(rb'class="results__count"|has returned <b>[1-9]')
SERVER = "--server"  # PGHOST etc. name one


def main():
    if SERVER in sys.argv:
        measure()
    elif not any(CORPUS.glob("*.mbox*")):
        skip(f"no archive in {CORPUS} (set CORPUS to a folder with mbox files)")
    elif not shutil.which("pg_virtualenv"):
        skip("PostgreSQL is not installed (run: make services)")
    elif not reference.install():
        skip("there is nothing to compare with")
    else:
        command = [sys.executable, "-m", "bench.search_machina", SERVER]
        sys.exit(subprocess.run(private_server(command)).returncode)


def skip(reason):
    print(f"search_machina: skipped, {reason}.", file=sys.stderr)


def measure():
    with prepared(new_database("postgresql", "parley")) as address, ExitStack() as stack:
        # They need Django's settings.
        from django.core.management import call_command

        from bench import visits
        from bench.crowd import gather
        from bench.search_column import Visitor
        from bench.stage import serve
        from forum.models import Post

        crowd = gather(sorted(CORPUS.glob("*.mbox*"))[:1], TOPICS)
        call_command("reindex", stdout=sys.stderr)  # what the import bypassed
        title(f"Search beside django-machina's, {Post.objects.count():,} posts")
        filled, machina = reference.fill(os.environ["DATABASE_URL"])
        build_index(machina)
        database = database_pid("postgresql")
        visitors = {
            "ours": Visitor(serve(stack, database, address), visits.cookie_of(crowd["readers"][0])),
            "machina": Visitor(
                serve(stack, database, **reference.SERVED, DATABASE_URL=machina),
                filled["cookies"][0],
            ),
        }
        report(*spent(visitors))


def build_index(database):
    """Let machina index its posts with Whoosh."""
    environment = {"DJANGO_SETTINGS_MODULE": "bench.machina.settings", "DATABASE_URL": database}
    command = [reference.PYTHON, "-m", "django", "rebuild_index", "--noinput", "--verbosity=0"]
    before = os.times().children_user
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    record("machina: building the index", os.times().children_user - before, "s CPU")


def spent(visitors):
    """({forum: [ms of CPU]}, {forum: queries that found something})."""
    taken, found = ({name: [] for name in visitors} for _ in range(2))
    for _round in range(ROUNDS + 1):
        for typed in QUERIES:
            for name, visitor in visitors.items():
                milliseconds, body = visitor.search(typed)
                taken[name].append(milliseconds)
                found[name].append(finds(body))
    warm_up = len(QUERIES)
    return (
        {name: values[warm_up:] for name, values in taken.items()},
        {name: sum(values[:warm_up]) for name, values in found.items()},
    )


def finds(body):
    page = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    return bool(FOUND.search(page))


def report(taken, found):
    for name in taken:
        record(f"{name}: queries of {len(QUERIES)} that find something", found[name], "")
    for figure, of in {"mean": mean, "median": median, "the most expensive": max}.items():
        record(f"machina: a search, {figure}", of(taken["machina"]), "ms CPU")
        record(
            f"ours: a search, {figure}",
            of(taken["ours"]),
            "ms CPU",
            reference=of(taken["machina"]),
        )


if __name__ == "__main__":
    main()
