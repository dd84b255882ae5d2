"""The results of `bench.pages`, as a table and as goals."""

from statistics import median

from bench.measured import ratio
from bench.report import record, row

COLUMNS = [
    "process",
    "database",
    "all in",
    "queries",
    "p50",
    "p99",
    "requests/s",
    "bytes",
    "of floor",
    "of machina",
]
UNITS = ["ms", "ms", "ms", "", "ms", "ms", "1/s", "B", "×", "×"]
# Total CPU relative to a bare Django view in the same run (bench/floor.py); number of queries.
LIMITS = {
    ("latest", "guest"): (3, None),
    ("latest", "member"): (8.5, None),
    ("category", "guest"): (3, None),
    ("category", "member"): (8.5, None),
    ("topic", "guest"): (1.5, 3),
    ("topic", "member"): (8.5, 7),
    ("unchanged topic", "guest"): (1.2, None),
}
REPLY = 12  # relative CPU of a reply by form on PostgreSQL


def report(column):
    row("CPU and waiting in ms, bytes as sent", COLUMNS, UNITS, COLUMNS)
    for name in [name for name in ("ours", "machina") if name in column.forums]:
        for view, at_once in column.forums[name].server.found:
            if at_once == 1 or view[0] == "reply":
                _row(column, name, view, at_once)
    _pages(column)
    _comparisons(column)
    _reply(column)
    _process(column)


def _row(column, name, view, at_once):
    (page, viewer), forum = view, column.forums[name]
    server = forum.server
    figures = [
        server.median_of(figure, view, at_once) for figure in ("process", "database", "total")
    ]
    figures += [forum.queries[viewer].get(page), *server.response_times(view, at_once)]
    figures += [server.median_of("rate", view, 8) or server.median_of("rate", view)]
    figures += [len(server.found[view, at_once][0].body)]
    figures += [_beside(column, name, view, other) for other in ("floor", "machina")]
    row(f"{column.name}, {name}: {page}, {viewer}", figures, UNITS, COLUMNS)


def _beside(column, name, view, other):
    """CPU relative to another server for the same view; None if that was not measured."""
    if (
        name != "ours"
        or other not in column.forums
        or (view, 1) not in column.forums[other].server.found
    ):
        return None
    return ratio(column.ours, view, column.forums[other].server, view)


def _pages(column):
    machina = column.forums["machina"].server if "machina" in column.forums else None
    for view, (times, queries) in LIMITS.items():
        if (view, 1) not in column.ours.found:
            continue
        figure, spent = f"{column.name}: {', '.join(view)}", column.ours.median_of("total", view)
        record(
            f"{figure}: CPU",
            spent,
            "ms",
            at_most=times,
            reference=_floor(column, view),
            of_reference=True,
        )
        if machina and (beside := machina.median_of("total", view)):
            record(
                f"{figure}: CPU beside machina",
                spent,
                "ms",
                at_most=1,
                reference=beside,
                of_reference=True,
            )
        if queries:
            record(
                f"{figure}: queries",
                column.forums["ours"].queries[view[1]][view[0]],
                "",
                at_most=queries,
            )


def _floor(column, view):
    """CPU in ms of a bare Django view of the same size, or of the size of a topic page."""
    floor = column.forums["floor"].server
    return floor.median_of("total", view) or floor.median_of("total", ("topic", "guest"))


def _comparisons(column):
    for (figure, viewer), (times, goal) in column.compared.items():
        record(f"{column.name}: {figure}, {viewer}", times, "×", at_most=goal)


def _reply(column):
    """Report replies. The goals are for PostgreSQL; SQLite serialises writers."""
    reply, postgresql = ("reply", "member"), column.name == "PostgreSQL"
    if (reply, 8) not in column.ours.found:
        return
    figure = f"{column.name}: reply by form, 8 at once"
    queries = column.forums["ours"].queries["member"]["reply"]
    spent, floor = column.ours.median_of("total", reply, 8), _floor(column, reply)
    goal = (
        {"reference": floor, "of_reference": True, "at_most": REPLY if postgresql else None}
        if floor
        else {}
    )
    record(f"{figure}: CPU", spent, "ms", **goal)
    record(f"{figure}: queries", queries, "", at_most=14 if postgresql else None)
    record(f"{figure}: posts", column.ours.median_of("rate", reply, 8), "1/s")


def _process(column):
    record(f"{column.name}: requests refused or failing", column.ours.failed, "", at_most=0)
    seconds, mebibytes = zip(*column.starts, strict=True)
    record(f"{column.name}: start to first page", median(seconds), "s", at_most=3)
    record(f"{column.name}: memory when idle", mebibytes[-1], "MiB", at_most=130)
