"""What `bench.pages` found, as a table and as goals."""

from statistics import median

from bench.measured import ratio
from bench.report import row, tell

COLUMNS = ["process", "database", "all in", "queries", "p50", "p99", "requests/s", "bytes", "× floor", "of machina"]
UNITS = ["ms", "ms", "ms", "", "ms", "ms", "1/s", "B", "×", "×"]


def report(column):
    row("page (CPU and waiting in ms)", COLUMNS, UNITS, COLUMNS)
    for server in ("ours", "machina"):
        for (page, viewer), at_once in column.servers[server].found if server in column.servers else ():
            if at_once == 1 or page == "reply":
                _row(column, server, page, viewer, at_once)
    _goals(column)


def _row(column, name, page, viewer, at_once):
    server, view = column.servers[name], (page, viewer)
    waiting = server.waiting(view, at_once)
    figures = [server.middle(figure, view, at_once) for figure in ("process", "database", "all_in")]
    figures += [column.queries[name][viewer].get(page), *waiting]
    figures += [
        server.middle("rate", view, 8 if (view, 8) in server.found else 1),
        len(server.found[view, at_once][0].body),
    ]
    figures += [_beside(column, name, view, other) for other in ("floor", "machina")]
    row(f"{column.name}, {name}: {page}, {viewer}", figures, UNITS, COLUMNS)


def _beside(column, name, view, other):
    """CPU as so many times that of another server for the same view."""
    if name == "ours" and other in column.servers and (view, 1) in column.servers[other].found:
        return ratio(column.servers[name], view, column.servers[other], view)
    return None


LIMITS = {  # ms of CPU, all in; queries
    ("latest", "guest"): (2, None),
    ("latest", "member"): (6, None),
    ("category", "guest"): (2, None),
    ("category", "member"): (6, None),
    ("topic", "guest"): (2, 3),
    ("topic", "member"): (6, 7),
    ("unchanged topic", "guest"): (0.8, None),
}


def _goals(column):
    ours = column.servers["ours"]
    for (page, viewer), (milliseconds, queries) in LIMITS.items():
        if ((page, viewer), 1) in ours.found:
            figure = f"{column.name}: {page}, {viewer}"
            machina = column.servers.get("machina")
            beside = machina.middle("all_in", (page, viewer)) if machina else None
            tell(f"{figure}: CPU", ours.middle("all_in", (page, viewer)), "ms", at_most=milliseconds, reference=beside)
            if queries:
                tell(f"{figure}: queries", column.queries["ours"][viewer][page], "", at_most=queries)
    _ratios(column, ours)
    if (("reply", "member"), 8) in ours.found:
        _reply(column, ours)
    tell(f"{column.name}: start to first page", median(column.starts), "s", at_most=3)
    tell(f"{column.name}: memory when idle", column.memory, "MiB", at_most=130)


def _ratios(column, ours):
    many = column.servers.get("many")
    if (("topic", "guest"), 1) in ours.found:
        compared = ratio(ours, ("topic", "guest"), column.servers["floor"], ("topic", "guest"))
        tell(f"{column.name}: topic, guest: CPU against a bare Django view", compared, "×", at_most=1.5)
    for viewer in ("guest", "member"):
        last, first = ("topic, last of many pages", viewer), ("topic", viewer)
        if {(last, 1), (first, 1)} <= ours.found.keys():
            compared = ratio(ours, last, ours, first)
            tell(
                f"{column.name}: last page of the longest topic against a short one, {viewer}",
                compared,
                "×",
                at_most=1.05,
            )
        for page in column.pages if many else ():
            compared = ratio(many, (page, viewer), ours, (page, viewer))
            tell(f"{column.name}: {page}, {viewer}: 1,000,000 posts against 100,000", compared, "×", at_most=1.1)


def _reply(column, ours):
    reply = ("reply", "member")
    goals = column.name == "PostgreSQL"
    figure = f"{column.name}: reply by form, 8 at once"
    tell(f"{figure}: CPU", ours.middle("all_in", reply, 8), "ms", at_most=8 if goals else None)
    tell(f"{figure}: queries", column.queries["ours"]["member"]["reply"], "", at_most=14 if goals else None)
    tell(f"{figure}: posts", ours.middle("rate", reply, 8), "1/s")
    tell(f"{figure}: failing", ours.failed(reply, 8), "", at_most=0)
