"""What Markdown costs: hostile texts at the limit of length, a typical post, and the browser.

Run from the top folder with `python -m bench.markdown`. JSON=1 prints a line of JSON for each figure.
"""

import json
import os
import sys
import time

import django
from django.conf import settings

if not settings.configured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    django.setup()

from forum.markdown import MAX_LENGTH, MarkdownError, render  # noqa: E402
from tests.chromium import CHROMIUM  # noqa: E402
from tests.markdown.patterns import all_patterns  # noqa: E402

TYPICAL = (
    """
Thanks @ada, that was it. For whoever finds this later, here is what I did:

1. Stopped the service and looked at the **last ten lines** of its log.
2. Set `receive_buffer_size` to 4 MiB, as described in https://example.org/manual/buffers.html
3. Started it again and waited for a *whole* minute.

> Did you also raise the limit of the kernel?

Yes, with this (see [the notes](https://example.org/notes) for other systems):

```bash
sudo sysctl -w net.core.rmem_max=33554432
for n in 1 2 3; do ping -c 1 "192.168.10.$n"; done
```

| rate | before | after |
|-----:|:------:|:-----:|
| 25 MS/s | 12 lost | 0 lost |
| 50 MS/s | 981 lost | 3 lost |

The rest of the lost packets went away when I moved the card to the other slot, which has
four lanes. I don't know why the first one has only one lane, the manual says otherwise.
"""
    + "So if you see this message, look at the slot first; it costs nothing and takes a minute. " * 5
)

DOUBLED = (MAX_LENGTH // 4, MAX_LENGTH // 2, MAX_LENGTH)
ATTEMPTS = 4  # another process can spoil a measurement, so the smallest of some counts
GROWN = 60  # of the dearest patterns
LAID_OUT = 12  # of the heaviest pages

MEASURE = """
html => {
  const post = document.querySelector("main");
  post.innerHTML = html;
  return post.getBoundingClientRect().height;
}
"""


def everybody(names):
    return {name: (1, name) for name in names}


def cost(text, runs=2):
    """(milliseconds of CPU, least of some runs; HTML, or None if it was refused)."""
    times = []
    for _run in range(runs):
        started = time.process_time()
        try:
            html = render(text, known=everybody)
        except MarkdownError:
            html = None
        times.append((time.process_time() - started) * 1000)
    return min(times), html


def hostile():
    """For each pattern: its name, the cost at full length, the cost and HTML of the longest accepted text."""
    for name, build in all_patterns():
        full, html = cost(build(MAX_LENGTH))
        length, accepted = MAX_LENGTH, full
        while html is None and length > 500:
            length = int(length * 0.85)
            accepted, html = cost(build(length), runs=1)
        yield name, full, accepted, html or ""


def growth(build):
    """The largest factor in cost when the length doubles, whether the text is accepted or refused."""
    return min(_growth_once(build) for _attempt in range(ATTEMPTS))


def _growth_once(build):
    costs = [max(cost(build(length), runs=2)[0], 1) for length in DOUBLED]
    return max(after / before for before, after in zip(costs, costs[1:], strict=False))


def layout_times(pages):
    """Milliseconds of CPU of Chromium's main thread from HTML text to laid-out page, the longest first."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            return sorted((_layout_time(browser, html) for html in pages), reverse=True)
        finally:
            browser.close()


def _layout_time(browser, html):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_content('<main style="width: 45rem"></main>')
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = _thread_time(session)
    page.evaluate(MEASURE, html)
    spent = _thread_time(session) - before
    page.close()
    return spent * 1000


def _thread_time(session):
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")


def _heaviness(html):
    return html.count("<") + 4 * html.count("<li")  # a list marker costs more than most elements


def figures():
    render(TYPICAL, known=everybody)
    for _name, build in all_patterns():
        cost(build(2_000), runs=1)  # the first lexer of a language takes long
    results = list(hostile())
    name, full, _accepted, _html = max(results, key=lambda result: result[1])
    yield f"hostile text of {MAX_LENGTH:,} characters, worst: {name}", full, "ms CPU", 200
    name, _full, accepted, _html = max(results, key=lambda result: result[2])
    yield f"longest accepted hostile text, worst: {name}", accepted, "ms CPU", 200
    dear = sorted(results, key=lambda result: -result[1])[:GROWN]
    patterns = dict(all_patterns())
    ratio, name = max((growth(patterns[name]), name) for name, *_rest in dear)
    yield f"twice the length, worst: {name}", ratio, "times", 2.5
    yield f"typical post of {len(TYPICAL):,} characters", cost(TYPICAL, runs=20)[0], "ms CPU", 5
    if CHROMIUM:
        heaviest = sorted((html for *_others, html in results), key=_heaviness, reverse=True)[:LAID_OUT]
        yield "layout of the heaviest accepted post", layout_times(heaviest)[0], "ms CPU", 500


def main():
    for figure, value, unit, goal in figures():
        holds = value <= goal
        if os.environ.get("JSON"):
            line = {
                "figure": figure,
                "value": round(value, 2),
                "unit": unit,
                "reference": None,
                "ratio": None,
                "goal": goal,
                "holds": holds,
            }
            print(json.dumps(line), flush=True)
        else:
            print(
                f"{figure:<75} {value:8.2f} {unit:<7} goal ≤ {goal:<5} {'holds' if holds else 'MISSED'}",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(main())
