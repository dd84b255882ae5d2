"""Output of all benchmarks: a readable line per figure, or with JSON=1 a line of JSON.

JSON: {"figure", "value", "unit", "reference", "ratio", "goal", "holds"}, null if not applicable.
"""

import json
import os

MISSED = "BENCH_MISSED"  # the path of a file to which missed goals are appended


def record(figure, value, unit, *, at_most=None, at_least=None, reference=None, of_reference=False):
    """Print a figure.

    `reference` is a value to compare with; with `of_reference` the goal applies to the ratio.
    """
    ratio = value / reference if reference else None
    judged = ratio if of_reference else value
    goal, holds = None, None
    if at_most is not None:
        goal, holds = f"≤ {at_most}", judged <= at_most
    elif at_least is not None:
        goal, holds = f"≥ {at_least}", judged >= at_least
    if holds is False and os.environ.get(MISSED):
        with open(os.environ[MISSED], "a") as file:
            file.write(
                f"{figure}: {_written(judged)}{' ×' if of_reference else f' {unit}'}, goal {goal}\n"
            )
    if os.environ.get("JSON") == "1":
        line = {"figure": figure, "value": round(value, 3), "unit": unit, "reference": reference}
        line |= {"ratio": ratio and round(ratio, 3), "goal": goal, "holds": holds}
        print(json.dumps(line, ensure_ascii=False), flush=True)
        return
    beside = f"  = {ratio:.2f} × {reference:,.1f}" if ratio else ""
    verdict = "" if goal is None else f"  goal {goal}: {'holds' if holds else 'MISSED'}"
    print(f"{figure:<78} {_written(value):>10} {unit:<9}{beside}{verdict}", flush=True)


def row(name, values, units, columns):
    """Print a table row, leaving None empty; as JSON, each cell is a separate figure."""
    if os.environ.get("JSON") == "1":
        for value, unit, column in zip(values, units, columns, strict=True):
            if isinstance(value, int | float):
                record(f"{name}: {column}", value, unit)
        return
    cells = [_written(value) if isinstance(value, int | float) else value or "" for value in values]
    print(f"{name:<55}" + "".join(f"{cell:>11}" for cell in cells), flush=True)


def _written(value):
    return f"{value:,.0f}" if isinstance(value, int) or value >= 1000 else f"{value:,.2f}"


def title(text):
    if os.environ.get("JSON") != "1":
        print(f"\n— {text} —", flush=True)
