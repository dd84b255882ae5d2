"""How every benchmark says what it found: a line for people, or with JSON=1 a line of JSON.

JSON: {"figure", "value", "unit", "reference", "ratio", "goal", "holds"}; what does not apply is null.
"""

import json
import os


def tell(figure, value, unit, *, at_most=None, at_least=None, reference=None, of_reference=False):
    """`reference` is a value measured or named beside it; with `of_reference` the goal is for the ratio to it."""
    ratio = value / reference if reference else None
    judged = ratio if of_reference else value
    goal, holds = None, None
    if at_most is not None:
        goal, holds = f"≤ {at_most}", judged <= at_most
    elif at_least is not None:
        goal, holds = f"≥ {at_least}", judged >= at_least
    if os.environ.get("JSON") == "1":
        line = {"figure": figure, "value": round(value, 3), "unit": unit, "reference": reference}
        line |= {"ratio": ratio and round(ratio, 3), "goal": goal, "holds": holds}
        print(json.dumps(line, ensure_ascii=False), flush=True)
        return
    beside = f"  = {ratio:.2f} × {reference:,.1f}" if ratio else ""
    verdict = "" if goal is None else f"  goal {goal}: {'holds' if holds else 'MISSED'}"
    print(f"{figure:<78} {value:>10,.1f} {unit:<9}{beside}{verdict}", flush=True)


def title(text):
    if os.environ.get("JSON") != "1":
        print(f"\n— {text} —", flush=True)
