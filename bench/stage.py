"""The servers that `bench.column` measures, all running at once.

They are ours, the references, and ours with a million posts (`many`) next to another fresh one
(`few`).
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import islice

from bench.databases import ask_server, copy_of, database_pid
from bench.import_mbox import ROOT
from bench.machina import reference
from bench.measured import Server
from bench.processes import memory
from bench.site import free_port, serving
from bench.visits import page_requests

MANY = 1_000_000
LOG = ROOT / "var" / "bench" / "servers.log"
LOG.parent.mkdir(parents=True, exist_ok=True)


@dataclass
class Forum:
    """A forum being measured.

    `pages`: {name: [path, …]}; `cookies` of members; `queries` by viewer and page; `form`: the
    paths of the reply form and its target.
    """

    server: Server
    pages: dict
    cookies: list
    queries: dict = field(default_factory=dict)
    form: tuple = ()


def start_all(options, forum, stack):
    """Start all servers; `forum` describes ours, and `stack` will stop them. Returns {name: Forum}.

    Copies the database first, because PostgreSQL copies only databases without connections.
    """
    many = None if options.quick else million_posts(options.on)
    with_reference = not options.quick and options.on == "postgresql" and reference.install()
    filled, machina = reference.fill(os.environ["DATABASE_URL"]) if with_reference else (None, None)
    if options.on == "postgresql":
        ask_server("CHECKPOINT")  # so that none happens during a measurement
    database = database_pid(options.on)
    forums = {"ours": forum}
    forum.server = serve(stack, database, forum.server)
    forums["floor"] = Forum(
        serve(stack, None, application="bench.floor:application", path="/1/"), {}, []
    )
    if many:
        forums["many"] = Forum(
            serve(stack, database, DATABASE_URL=many), forum.pages, forum.cookies
        )
        forums["few"] = Forum(serve(stack, database), forum.pages, forum.cookies)
    if filled:
        server = serve(stack, database, **reference.SERVED, DATABASE_URL=machina)
        forums["machina"] = Forum(
            server,
            filled["pages"],
            filled["cookies"],
            filled["queries"],
            (filled["form"], filled["form"]),
        )
    return forums


def million_posts(kind):
    """The URL of a copy of our database with a million posts."""
    url = copy_of(kind, "many")
    command = [sys.executable, "-m", "bench.crowd", str(MANY)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)
    return url


def serve(stack, database, address=None, **how):
    address = address or f"http://127.0.0.1:{free_port()}"
    process = stack.enter_context(
        serving(address, SITE_URL=address, log=stack.enter_context(LOG.open("a")), **how)
    )
    return Server(address, process.pid, database)


def start(address, path, idle):
    """(seconds from start to first page, MiB of memory after twenty pages and `idle` seconds)."""
    before = time.monotonic()
    with LOG.open("a") as log, serving(address, path=path, log=log) as process:
        seconds = time.monotonic() - before
        Server(address, process.pid).measure(islice(page_requests([path]), 20), 5, warm_up=0)
        time.sleep(idle)
        return seconds, memory(process.pid)
