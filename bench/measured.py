"""A server under load: the figures of each repetition, and their medians."""

from dataclasses import dataclass
from statistics import median, quantiles

from bench.load import load
from bench.processes import cpu, cpu_of_family

TURNS = 12


@dataclass
class Figures:
    """One repetition: CPU milliseconds per request, response times in ms, requests per second."""

    process: float
    database: float
    times: list
    rate: float
    failed: int
    body: bytes

    @property
    def total(self):
        return self.process + self.database


class Server:
    """A server's address, its process id, and that of the database's parent process, if any."""

    def __init__(self, address, pid, database=None):
        self.address, self.pid, self.database = address, pid, database
        self.found, self.failed = {}, 0

    def measure(self, requests, seconds, at_once=1, warm_up=3):
        spent = []
        result = load(
            self.address,
            requests,
            seconds,
            at_once,
            lambda: spent.append(self._cpu_times()),
            warm_up,
        )
        process, database = (
            (after - before) * 1000 / len(result.times)
            for before, after in zip(*spent, strict=True)
        )
        rate = len(result.times) / result.seconds
        figures = Figures(process, database, result.times, rate, result.failed, result.body)
        self.failed += result.failed
        return figures

    def keep(self, name, *how, at_once=1, **more):
        """Measure, and store the figures under this name."""
        figures = self.measure(*how, at_once=at_once, **more)
        self.found.setdefault((name, at_once), []).append(figures)
        return figures

    def _cpu_times(self):
        return cpu(self.pid), cpu_of_family(self.database) if self.database else 0

    def median_of(self, figure, name, at_once=1):
        """The median of the repetitions, or None if there are none."""
        found = self.found.get((name, at_once))
        return median(getattr(figures, figure) for figures in found) if found else None

    def response_times(self, name, at_once=1):
        """(median, p99) of response times in ms, of all repetitions together."""
        times = [time for figures in self.found[name, at_once] for time in figures.times]
        return median(times), quantiles(times, n=100)[98]


def cpu_ratio(one, one_requests, other, other_requests):
    """The ratio of CPU times: the median of short, interleaved measurements."""
    ratios = []
    for _turn in range(TURNS):
        one_cpu = one.measure(one_requests, 0.12, warm_up=2).total
        ratios.append(one_cpu / other.measure(other_requests, 0.12, warm_up=2).total)
    return median(ratios)


def ratio(one, one_name, other, other_name):
    """The median ratio of total CPU times, repetition by repetition."""
    pairs = zip(one.found[one_name, 1], other.found[other_name, 1], strict=True)
    return median(a.total / b.total for a, b in pairs)
