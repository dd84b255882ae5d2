"""The Chromium pages of a run, and faults on the reader's side: sleep, hidden tabs, clocks."""

import asyncio
import contextlib
import os
import signal
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue

HIDE = """() => {
  for (const [name, value] of [["visibilityState", "hidden"], ["hidden", true]])
    Object.defineProperty(document, name, {configurable: true, get: () => value});
  window.usual ??= {setTimeout, setInterval};
  for (const name of ["setTimeout", "setInterval"])
    window[name] = (act, time = 0, ...more) => usual[name](act, Math.max(time, 1000), ...more);
  document.dispatchEvent(new Event("visibilitychange"));
}"""  # timers of a page in the background run out once a second at most
SHOW = """() => {
  delete document.visibilityState;
  delete document.hidden;
  Object.assign(window, window.usual);
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SET_CLOCK = (
    "seconds => { window.now ??= Date.now; Date.now = () => window.now() + seconds * 1000; }"
)


class Browsers:
    """Pages of `people`, one each.

    Playwright only works in the thread that started it; faults, which run in another, use `each`.
    """

    def __init__(self, people):
        self.people, self.asked = people, SimpleQueue()

    async def each(self, act):
        """Calls `act(number, person)` for all pages, in Playwright's thread."""
        done = Future()
        self.asked.put((act, done))
        await asyncio.wrap_future(done)

    def look(self):
        """Called by Playwright's thread again and again, to run what `each` has queued."""
        if self.asked.empty():
            self.people[0].page.wait_for_timeout(100)
            return
        act, done = self.asked.get()
        try:
            done.set_result([act(*both) for both in enumerate(self.people)])
        except Exception as error:  # noqa: BLE001 - raised where it was asked for
            done.set_exception(error)

    def sleep(self):
        signal_all(signal.SIGSTOP)

    def wake(self):
        signal_all(signal.SIGCONT)


def hide_or_freeze(number, person):
    """Freezes every second page and hides the others."""
    if number % 2:
        person.freezer = person.context.new_cdp_session(person.page)
        # Page.setWebLifecycleState does nothing: Playwright keeps pages in view
        person.freezer.send("Debugger.enable")
        person.freezer.send("Debugger.pause")
    else:
        person.page.evaluate(HIDE)


def show_again(number, person):
    if number % 2:
        person.freezer.detach()  # nothing pauses any more
    else:
        person.page.evaluate(SHOW)


def set_clock(jumps, number, person):
    person.page.evaluate(SET_CLOCK, jumps[number % 2])


def signal_all(number):
    for process in processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def processes():
    """The ids of all Chromium processes started by this one."""
    found, families = [], [os.getpid()]
    while families:
        children = children_of(families.pop())
        families += children
        found += [child for child in children if name_of(child).startswith("chrom")]
    return found


def children_of(process):
    found = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, thread.read_text().split())
    return found


def name_of(process):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text()
    return ""
