"""The results of the fault matrix, as the table that is printed at the end."""

from dataclasses import dataclass, field


@dataclass
class Row:
    """The results of one run.

    current: seconds until the last page was up to date. busiest: the largest share of pages that
    reconnected within one second. catch_up_time: seconds from a socket to what was missed, at the
    99th percentile. applied, caught_up: changes that pages applied one by one, and after missing
    something. cut: connections broken by the network. violations: [("C1", message)].
    """

    name: str
    pages: int
    posts: int
    current: float
    busiest: float
    catch_up_time: float | None
    applied: int
    caught_up: int
    cut: int
    violations: list = field(default_factory=list)

    def __str__(self):
        broken = sorted({rule for rule, _words in self.violations})
        sizes = f"{self.name:<40} {self.pages:>5} pages {self.posts:>5} posts"
        times = (
            f"current after {self.current:4.1f} s  back in the busiest second {self.busiest:4.0%}"
        )
        if self.catch_up_time is not None:
            times += f"  from socket to current, p99 {self.catch_up_time:.2f} s"
        return f"{sizes}  {times}  {f'BROKEN {broken}' if broken else 'holds'}"


def table(rows):
    """The lines of it; the last one is about all rows together."""
    yield from map(str, rows)
    if rows:
        applied, caught_up, cut = (
            sum(getattr(row, name) for row in rows) for name in ("applied", "caught_up", "cut")
        )
        found = [rule for row in rows for rule, _words in row.violations]
        yield (
            f"In all {applied:,} changes applied as they came and {caught_up:,} caught up with,"
            f" {cut:,} connections cut; doubles {found.count('C2')}, out of order"
            f" {found.count('C3')}"
        )
