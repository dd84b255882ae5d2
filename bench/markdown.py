"""The cost of Markdown: hostile texts of maximum length, a typical post, and layout in the browser.

Times are relative to a yardstick from the same run: markdown-it-py alone on the typical post,
repeated up to the maximum length. Run in the top folder with `python -m bench.markdown`.
"""

import os
import sys
import time
from statistics import median

import django
from django.conf import settings
from markdown_it import MarkdownIt

if not settings.configured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    django.setup()

from bench.report import record  # noqa: E402
from forum.cache.lru import LRUCache  # noqa: E402
from forum.markdown import MAX_LENGTH, MarkdownError, render  # noqa: E402
from tests.markdown.patterns import all_patterns  # noqa: E402
from tests.support.chromium import CHROMIUM  # noqa: E402

# Without a cache, or a second run would return the result of the first.
sys.modules["forum.markdown.render"]._rendered = LRUCache(0)

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
    + "So if you see this message, look at the slot first; it costs nothing and takes a minute. "
    * 5
)

YARDSTICK = TYPICAL * (MAX_LENGTH // len(TYPICAL))
LIBRARY = MarkdownIt("commonmark").enable("table")

DOUBLED = (MAX_LENGTH // 4, MAX_LENGTH // 2, MAX_LENGTH)
ATTEMPTS = 4  # other processes can disturb a measurement, so the smallest of several is used
TURNS = 20
GROWN = 60  # how many of the costliest patterns are tested for growth
LAID_OUT = 12  # how many of the heaviest pages are laid out
HOSTILE, TYPICALLY = 20, 3  # limits: times the yardstick; times the library for the same text
LAYOUT = 40  # limit: times the layout of the typical post

MEASURE = """
html => {
  const post = document.querySelector("main");
  post.innerHTML = html;
  return post.getBoundingClientRect().height;
}
"""


def find_everyone(names):
    return {name: (1, name) for name in names}


def cost(text, runs=2):
    """(least milliseconds of CPU of several runs, HTML or None if it was refused)."""
    return min((milliseconds(_accepted, text) for _run in range(runs)), key=lambda found: found[0])


def _accepted(text):
    try:
        return render(text, find=find_everyone)
    except MarkdownError:
        return None


def milliseconds(call, *arguments):
    """(milliseconds of CPU, return value)."""
    started = time.process_time()
    returned = call(*arguments)
    return (time.process_time() - started) * 1000, returned


def compare_with_library(text):
    """(milliseconds, those of the library alone): medians of interleaved runs."""
    turns = [
        (milliseconds(_accepted, text)[0], milliseconds(LIBRARY.render, text)[0])
        for _turn in range(TURNS)
    ]
    return map(median, zip(*turns, strict=True))


def hostile():
    """For each pattern: (name, cost at full length, cost and HTML of the longest accepted text)."""
    for name, build in all_patterns():
        full, html = cost(build(MAX_LENGTH))
        length, accepted = MAX_LENGTH, full
        while html is None and length > 500:
            length = int(length * 0.85)
            accepted, html = cost(build(length), runs=1)
        yield name, full, accepted, html or ""


def growth(build):
    """The largest factor in cost when the length doubles, for accepted and refused texts."""
    return min(_growth_once(build) for _attempt in range(ATTEMPTS))


def _growth_once(build):
    costs = [max(cost(build(length), runs=2)[0], 1) for length in DOUBLED]
    return max(after / before for before, after in zip(costs, costs[1:], strict=False))


def layout_times(pages):
    """CPU milliseconds of Chromium's main thread for parsing and layout, in descending order."""
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


def main():
    for _name, build in all_patterns():
        cost(build(2_000), runs=1)  # warm up: the first lexer of a language takes long
    ours, alone = compare_with_library(TYPICAL)
    record(
        f"typical post of {len(TYPICAL):,} characters", ours, "ms CPU", **limit(TYPICALLY, alone)
    )
    _ours, yardstick = compare_with_library(YARDSTICK)
    results = list(hostile())
    name, full, _longest, _html = max(results, key=lambda result: result[1])
    worst = f"hostile text of {MAX_LENGTH:,} characters, worst: {name}"
    record(worst, full, "ms CPU", **limit(HOSTILE, yardstick))
    name, _full, accepted, _html = max(results, key=lambda result: result[2])
    record(
        f"longest accepted hostile text, worst: {name}",
        accepted,
        "ms CPU",
        **limit(HOSTILE, yardstick),
    )
    costliest = sorted(results, key=lambda result: -result[1])[:GROWN]
    patterns = dict(all_patterns())
    ratio, name = max((growth(patterns[name]), name) for name, *_rest in costliest)
    record(f"twice the length, worst: {name}", ratio, "times", at_most=2.5)
    if CHROMIUM:
        heaviest = sorted((html for *_others, html in results), key=_heaviness, reverse=True)[
            :LAID_OUT
        ]
        typical, *_rest = layout_times([render(TYPICAL)])
        longest, *_rest = layout_times(heaviest)
        record("layout of the heaviest accepted post", longest, "ms CPU", **limit(LAYOUT, typical))


def limit(times, reference):
    return {"reference": reference, "of_reference": True, "at_most": times}


if __name__ == "__main__":
    main()
