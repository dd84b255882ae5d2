"""The cost of broadcasting an event, next to socket.io, a loop in C and textbook Channels.

FULL=1 adds 5,000 and 10,000 pages. Every figure is the median of three interleaved rounds in the
same run.
"""

import os
from statistics import median

from bench.engine.contenders import FastPath, Limit, Portable, SocketIO, Textbook
from bench.engine.files import allow_files
from bench.engine.forum import forum_with
from bench.processes import cpu
from bench.report import record, title

FULL = os.environ.get("FULL") == "1"
ROUNDS, WARM = 3, 3
# Per round: enough events that a single one delayed by the host doesn't determine the p99.
DELIVERIES = 1_000_000


def main():
    allow_files(16_384)
    with forum_with(members=1000) as forum:
        contenders = [FastPath(forum), Portable(forum), SocketIO(), Limit()]
        for count in (2000, 5000, 10_000) if FULL else (2000,):
            title(f"One event of 1 KiB to {count:,} pages")
            compare(count, measured(contenders, count, DELIVERIES))
        title("One event of 1 KiB to 2,000 pages, as the textbook has it")
        compare_with_textbook(measured([contenders[0], contenders[1], Textbook()], 2000, 10_000))


def measured(contenders, count, deliveries):
    """{name: {"cpu": seconds for a million deliveries, "p99": ms, "slowest": ms}}, medians."""
    taken = {contender.name: [] for contender in contenders}
    for _ in range(ROUNDS):
        for contender in contenders:
            taken[contender.name].append(round_of(contender, count, deliveries // count))
    return {
        name: {figure: median(r[figure] for r in rounds) for figure in rounds[0]}
        for name, rounds in taken.items()
    }


def round_of(contender, count, events):
    with contender:
        pages = contender.open_pages(count)
        for number in range(1, WARM + 1):
            contender.publish()
            pages.wait_for(number)
        before = cpu(contender.pid)
        for number in range(WARM + 1, WARM + 1 + events):
            contender.publish()
            pages.wait_for(number)
        spent = cpu(contender.pid) - before
        return {"cpu": spent / (events * count) * 1e6, **pages.end()}


def compare(count, found):
    reference, goals = (
        found[SocketIO.name],
        {FastPath.name: 0.65 if count == 2000 else 0.68, Portable.name: 1.0},
    )
    for name, figures in found.items():
        goal = {"at_most": goals[name], "of_reference": True} if name in goals else {}
        record(
            f"{name}, CPU for a million deliveries",
            figures["cpu"],
            "s",
            reference=reference["cpu"],
            **goal,
        )
    for name, figures in found.items():
        goal = (
            {"at_most": 0.9, "of_reference": True} if (name, count) == (FastPath.name, 5000) else {}
        )
        record(
            f"{name}, published to arrived, p99",
            figures["p99"],
            "ms",
            reference=reference["p99"],
            **goal,
        )
    record(
        f"{FastPath.name}, the slowest event", found[FastPath.name]["slowest"], "ms", at_most=250
    )


def compare_with_textbook(found):
    textbook = found.pop(Textbook.name)["cpu"]
    record(f"{Textbook.name}, CPU for a million deliveries", textbook, "s")
    for name, figures in found.items():
        named = f"{name}, CPU for a million deliveries beside the textbook"
        record(named, figures["cpu"], "s", reference=textbook, at_most=1 / 40, of_reference=True)


if __name__ == "__main__":
    main()
