"""One column of `bench.pages`: the forum on PostgreSQL or SQLite, and the servers to compare with.

Run by bench.pages with --on; for PostgreSQL the environment names a server (PGHOST etc.).
"""

from contextlib import ExitStack, suppress
from itertools import cycle, islice

from bench import visits
from bench.crowd import fill, gather
from bench.databases import new_database
from bench.import_mbox import CORPUS
from bench.load import load
from bench.measured import cpu_ratio
from bench.options import read
from bench.report import title
from bench.results import report
from bench.site import prepared
from bench.stage import Forum, start, start_all

NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
SPREAD = (
    "latest",
    "category",
    "topic",
    "topic, last of many pages",
    "member page",
)  # also measured with a million posts
VIEWERS = ("guest", "member")


def main():
    options = read()
    archives = sorted(CORPUS.glob("*.mbox*"))[: 1 if options.quick else None]
    with prepared(new_database(options.on, "parley")) as address, ExitStack() as stack:
        crowd = gather(archives, options.topics)
        fill(options.posts)
        title(f"Pages on {NAMES[options.on]}, {options.posts:,} posts")
        column = Column(options, crowd, address, stack)
        if options.keep:
            column.request_until_interrupted()
        else:
            column.measure()
            report(column)


class Column:
    """`forums` by name; `starts`: [(seconds, MiB)]; `compared`: {(name, viewer): (ratio, goal)}."""

    def __init__(self, options, crowd, address, stack):
        self.options, self.crowd, self.name = options, crowd, NAMES[options.on]
        self.request_cycles, self.compared = {}, {}
        self.pages = matching_pages(visits.pages(crowd), options.only)
        ours = Forum(address, self.pages, [visits.cookie_of(reader) for reader in crowd["readers"]])
        ours.queries = visits.all_queries(self.pages, crowd, ours.cookies[0])
        ours.form = (f"/t/{crowd['busy'].pk}/reply/", f"/t/{crowd['busy'].pk}/replies/")
        self.starts = [] if options.keep else self._start(address)
        self.forums = start_all(options, ours, stack)
        self.ours = self.forums["ours"].server

    def _start(self, address):
        path, idle_times = (
            self.crowd["short"].get_absolute_url(),
            [0, 0, 0 if self.options.quick else 5],
        )
        return [start(address, path, rest) for rest in idle_times[-self.options.repetitions :]]

    def request_until_interrupted(self):
        print(
            f"Process {self.ours.pid} at {self.ours.address}; a member's cookie:"
            f" {self.forums['ours'].cookies[0]}"
        )
        print(
            "Requesting each page for ten seconds, as guest and as member, until you press Ctrl+C.",
            flush=True,
        )
        with suppress(KeyboardInterrupt):
            for page, viewer in cycle(self._views()):
                print(f"{page}, {viewer}", flush=True)
                self.ours.measure(self._requests("ours", page, viewer), 10)

    def measure(self):
        for _repetition in range(self.options.repetitions):
            for page, viewer in self._views():
                self._measure(page, viewer)
            self._measure_unchanged()
            self._measure_forms()
        self._compare()

    def _views(self):
        return [(page, viewer) for page in self.pages for viewer in VIEWERS]

    def _measure(self, page, viewer):
        """Measure all servers one after the other, so that other load affects all."""
        for name in [name for name in ("ours", "machina") if name in self.forums]:
            requests, server = self._requests(name, page, viewer), self.forums[name].server
            size = len(server.keep((page, viewer), requests, 0.4).body)
            server.keep((page, viewer), requests, 0.25, at_once=8, warm_up=1)
            if name == "ours":
                self.forums["floor"].server.keep(
                    (page, viewer), visits.page_requests([f"/{size}/"]), 0.2
                )

    def _requests(self, name, page, viewer):
        """Endless requests, in reverse order for members, so that no page is repeated at once."""
        forum = self.forums[name]
        paths, cookie = (
            (forum.pages[page][::-1], forum.cookies[0])
            if viewer == "member"
            else (forum.pages[page], "")
        )
        return self.request_cycles.setdefault(
            (name, page, viewer), visits.page_requests(paths, cookie)
        )

    def _measure_unchanged(self):
        if "topic" in self.pages:
            etag = load(self.ours.address, self._requests("ours", "topic", "guest"), 0).etag
            page_requests = visits.page_requests(self.pages["topic"], etag=etag)
            self.ours.keep(("unchanged topic", "guest"), page_requests, 0.4)

    def _measure_forms(self):
        if self.options.only in "reply":
            for forum in [self.forums[name] for name in ("ours", "machina") if name in self.forums]:
                replies = visits.reply_requests(
                    forum.server.address, *forum.form, forum.cookies, self.crowd["texts"]
                )
                forum.server.keep(("reply", "member"), replies, 2, at_once=8, warm_up=2)
        if self.options.only in "sign-in":
            # The rate limit allows 30 per minute and address.
            sign_ins = islice(visits.sign_in_requests(self.ours.address), 7)
            self.ours.keep(("sign-in", "guest"), sign_ins, 60, warm_up=1)

    def _compare(self):
        """Compare pages that should cost the same."""
        last = "topic, last of many pages"
        for viewer in VIEWERS:
            if {last, "topic"} <= self.pages.keys():
                long, short = (self._requests("ours", page, viewer) for page in (last, "topic"))
                times = cpu_ratio(self.ours, long, self.ours, short)
                self.compared["last page of the longest topic against a short one", viewer] = (
                    times,
                    1.05,
                )
            for page in [page for page in SPREAD if page in self.pages and "many" in self.forums]:
                page_requests = self._requests("ours", page, viewer)
                times = cpu_ratio(
                    self.forums["many"].server,
                    page_requests,
                    self.forums["few"].server,
                    page_requests,
                )
                self.compared[f"1,000,000 posts against 100,000: {page}", viewer] = times, 1.1


def matching_pages(pages, name):
    """All pages, the one with this name, or those whose names contain it."""
    chosen = {name} & pages.keys() or {page for page in pages if name in page}
    return {page: paths for page, paths in pages.items() if page in chosen}


if __name__ == "__main__":
    main()
