"""One column of `bench.pages`: the forum on PostgreSQL or on SQLite, and the references beside it.

Run by bench.pages with --on; for PostgreSQL the environment names a server (PGHOST and its kin).
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from itertools import islice

from bench import visits
from bench.crowd import fill, gather
from bench.databases import chief, copy_of, new_database
from bench.import_mbox import CORPUS, ROOT
from bench.load import load
from bench.machina import reference
from bench.measured import Server
from bench.options import read
from bench.processes import memory
from bench.report import title
from bench.results import report
from bench.site import free_port, prepared, serving

NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
MANY = 1_000_000
VIEWERS = ("guest", "member")


def main():
    options = read()
    archives = sorted(CORPUS.glob("*.mbox*"))[: 1 if options.quick else None]
    with prepared(new_database(options.on, "parley")) as address, ExitStack() as stack:
        crowd = gather(archives, options.topics)
        fill(options.posts)
        title(f"Pages on {NAMES[options.on]}, {options.posts:,} posts")
        column = Column(options, crowd, stack, address)
        if options.keep:
            column.keep_on()
        column.measure()
        report(column)


class Column:
    """`servers` by name: ours, many (ours with a million posts), floor, machina. `queries` by server, viewer, page."""

    def __init__(self, options, crowd, stack, address):
        self.options, self.crowd, self.stack = options, crowd, stack
        self.name = NAMES[options.on]
        pages = visits.pages(crowd)
        wanted = {options.only} & pages.keys() or {name for name in pages if options.only in name}
        self.pages = {name: pages[name] for name in pages if name in wanted}
        self.cookies = {"ours": [visits.cookie_of(reader) for reader in crowd["readers"]]}
        self.paths = {"ours": self.pages}
        self.queries = {"ours": self._queries()}
        self.chief = chief(options.on)
        self.servers = {}
        self._serve_all(address)

    def _queries(self):
        reader, text = self.crowd["readers"][0], self.crowd["texts"][9]
        guest, member = visits.queries(self.pages), visits.queries(self.pages, reader)
        guest["sign-in"], member["reply"] = (
            visits.queries_of_sign_in(),
            visits.queries_of_reply(self.crowd["busy"], reader, text),
        )
        return {"guest": guest, "member": member}

    # --- Servers ---

    def _serve_all(self, address):
        """Copies are made first: PostgreSQL copies only what nobody is looking at."""
        database = os.environ["DATABASE_URL"]
        many = None if self.options.quick else copy_of(self.options.on, "many")
        if many:
            command = [sys.executable, "-m", "bench.crowd", str(MANY)]
            subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": many}, check=True)
        self._start(address)
        self._serve("ours", address)
        self._serve("floor", application="bench.floor:application", answers="/1/")
        if many:
            self._serve("many", DATABASE_URL=many)
            self.paths["many"], self.cookies["many"] = self.pages, self.cookies["ours"]
        if self.options.on == "postgresql" and not self.options.quick and reference.install():
            said, machina = reference.fill(database)
            self.paths["machina"], self.queries["machina"] = said["pages"], said["queries"]
            self.cookies["machina"], self.form = said["cookies"], said["form"]
            self._serve("machina", **reference.SERVED, DATABASE_URL=machina)

    def _serve(self, name, address=None, **how):
        address = address or f"http://127.0.0.1:{free_port()}"
        server = self.stack.enter_context(serving(address, SITE_URL=address, **how))
        self.servers[name] = Server(address, server.pid, None if name == "floor" else self.chief)

    def _start(self, address):
        """Three times: from nothing to the first page; then what memory it takes when it has nothing to do."""
        path, self.starts = self.pages["topic"][0] if "topic" in self.pages else "/", []
        for _once_more in range(self.options.repetitions):
            before = time.monotonic()
            with serving(address, answers=path) as server:
                self.starts.append(time.monotonic() - before)
                if len(self.starts) == self.options.repetitions:
                    Server(address, server.pid).measure("start", islice(visits.asking([path]), 20), 5, warm_up=0)
                    time.sleep(0 if self.options.quick else 5)
                    self.memory = memory(server.pid)

    # --- Measuring ---

    def keep_on(self):
        ours = self.servers["ours"]
        print(f"Process {ours.pid} answers at {ours.address}; a member's cookie: {self.cookies['ours'][0]}")
        print("Asked as guest and as member in turn, ten seconds a page, until you stop it with Ctrl+C.", flush=True)
        while True:
            for page, viewer in self._views():
                print(f"{page}, {viewer}", flush=True)
                ours.measure((page, viewer), self._asking("ours", page, viewer), 10)

    def measure(self):
        for _repetition in range(self.options.repetitions):
            for page, viewer in self._views():
                self._measure(page, viewer)
            self._measure_unchanged()
            self._measure_forms()

    def _views(self):
        return [(page, viewer) for page in self.pages for viewer in VIEWERS]

    def _measure(self, page, viewer):
        """All servers one after the other, so that they meet the same noise."""
        for name in self.paths:
            requests = self._asking(name, page, viewer)
            found = self.servers[name].measure((page, viewer), requests, 0.5)
            if name == "ours":
                size = len(found.body)
            if name != "many":
                self.servers[name].measure((page, viewer), requests, 0.4, at_once=8)
        self.servers["floor"].measure((page, viewer), visits.asking([f"/{size}/"]), 0.3)

    def _asking(self, name, page, viewer):
        return visits.asking(self.paths[name][page], self.cookies[name][0] if viewer == "member" else "")

    def _measure_unchanged(self):
        if "topic" in self.pages:
            ours, path = self.servers["ours"], self.pages["topic"]
            etag = load(ours.address, visits.asking(path), 0, warm_up=1).etag
            ours.measure(("unchanged topic", "guest"), visits.asking(path, etag=etag), 0.5)

    def _measure_forms(self):
        if self.options.only in "reply":
            for name in self.servers.keys() - {"floor", "many"}:
                self.servers[name].measure(("reply", "member"), self._replying(name), 2, at_once=8, warm_up=2)
        if self.options.only in "sign-in":
            sign_ins = islice(visits.signing_in(self.servers["ours"].address), 7)  # an address may do 30 a minute
            self.servers["ours"].measure(("sign-in", "guest"), sign_ins, 60, warm_up=1)

    def _replying(self, name):
        pk = self.crowd["busy"].pk
        form, path = (f"/t/{pk}/reply/", f"/t/{pk}/replies/") if name == "ours" else (self.form, self.form)
        return visits.replying(self.servers[name].address, form, path, self.cookies[name], self.crowd["texts"])


if __name__ == "__main__":
    main()
