"""A browser that is killed while people type loses at most the last second of typing."""

import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import COMPOSER, session_cookie
from tests.support import world
from tests.support.chromium import SHELL
from tests.support.polling import until
from tests.support.scale import FULL

pytestmark = pytest.mark.once

# forms that are written in at once, and killed together; how often
TABS, ROUNDS = (10, 100) if FULL else (4, 1)
LOST = 1.0  # seconds of typing, at most

TYPE = """async () => {
  const area = document.querySelector("textarea[data-composer]");
  window.delay = 0; // ms, the longest that this busy machine has let the next word wait
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    delay = Math.max(delay, now - last - 50);
    last = now;
    area.setRangeText(`${Math.round(now)} `, area.value.length, area.value.length);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }, 50);
}"""  # each word is the moment at which it was typed
KEPT = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open("parley", 1);
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const all = request.result.transaction("drafts").objectStore("drafts").getAll();
    all.onsuccess = () => resolve(all.result.map(({ fields }) => [fields.token, fields.body]));
  };
})"""


@pytest.mark.skipif(not SHELL, reason="needs Chromium: make services")
@pytest.mark.timeout(3600)
def test_a_killed_browser_loses_at_most_the_last_second_of_typing(server, chromium):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance, losses = random.Random(seed), []
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"))
    cookie = session_cookie(ada, server.address)

    for _round in range(ROUNDS):
        profile = tempfile.mkdtemp(prefix="parley-profile-")
        with browser(chromium, profile) as (context, kill):
            context.add_cookies([cookie])
            pages = [
                writing(context, server.address + topic.get_absolute_url()) for _ in range(TABS)
            ]
            for page in pages:
                page.evaluate(TYPE)
            pages[0].wait_for_timeout(chance.uniform(1500, 3500))
            typed = {
                page.locator("[name=token]").input_value(): page.evaluate(
                    "[performance.timeOrigin, delay]"
                )
                for page in pages
            }
            killed = time.time() * 1000
            kill()
        with browser(chromium, profile) as (context, kill):
            context.add_cookies([cookie])
            page = context.new_page()
            page.goto(server.address)
            kept = dict(page.evaluate(KEPT))
            page = writing(context, server.address + topic.get_absolute_url())
            expect(page.locator("textarea[data-composer]")).to_have_value(re.compile(r"\d+ \d+"))
            kill()
        shutil.rmtree(profile, ignore_errors=True)

        assert set(kept) == set(typed)
        for token, (origin, delay) in typed.items():
            lost = (killed - origin - int(kept[token].split()[-1])) / 1000
            assert lost <= LOST + delay / 1000, (
                f"{lost:.2f} s lost, the machine held up a word for {delay:.0f} ms"
            )
            losses.append(lost)
    losses.sort()
    print(
        f"{len(losses)} forms killed: lost {losses[len(losses) // 2]:.2f} s as a rule,"
        f" {losses[-1]:.2f} s at most"
    )


def writing(context, address):
    page = context.new_page()
    page.goto(address)
    page.locator(COMPOSER).wait_for()
    return page


@contextmanager
def browser(chromium, profile):
    """A browser that keeps its profile, and a function that kills it with all of its processes."""
    port = Path(profile, "DevToolsActivePort")
    port.unlink(missing_ok=True)
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-breakpad",
    ]
    awake = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding"]
    command = [
        SHELL,
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
        *options,
        *awake,
        "about:blank",
    ]
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: port.exists() and len(port.read_text().split()) == 2)
        connected = chromium.browser_type.connect_over_cdp(
            f"http://127.0.0.1:{port.read_text().split()[0]}"
        )
        context = connected.contexts[0]
        context.set_default_timeout(30_000)
        yield context, lambda: os.killpg(process.pid, signal.SIGKILL)
        connected.close()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
