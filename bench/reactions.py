"""Reactions: from a tap to the count on another reader's page, and what a burst of taps costs.

The tap is measured next to the bare round trip of the same form from the same page. The burst is
200 members who react to one post within each second, by the form, while a page is open.
"""

import http.client
import statistics
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from bench.report import record, title
from bench.site import prepared, serving
from tests.support.chromium import CHROMIUM

TAPS = 20
QUIET = 800  # ms, after which two frames of 300 ms are over: the next tap is sent at once
RATE, SECONDS, SENDERS = 200, 5, 12
CSRF = "c" * 32
FORM = "application/x-www-form-urlencoded"
COUNTED = """label => new Promise(done => {
  const look = () => document.querySelector("#post-1 [value=heart]")?.ariaLabel === label;
  if (look()) return done(Date.now());
  new MutationObserver((_, observer) => {
    if (!look()) return;
    observer.disconnect();
    requestAnimationFrame(() => done(Date.now()));
  }).observe(document.querySelector("#posts"), {childList: true, subtree: true, attributes: true});
})"""
TAPPED = """new Promise(done => addEventListener(
  "click", () => done(Date.now()), {capture: true, once: true}))"""
BARE = """async sign => {
  const form = document.getElementById("react");
  const body = new URLSearchParams(new FormData(form));
  body.set(...sign);
  const {formAction} = document.querySelector("#post-1 [form=react]");
  const begun = performance.now();
  await fetch(formAction, {method: "POST", body, redirect: "manual"});
  return performance.now() - begun;
}"""


def main():
    title("Reactions")
    with prepared() as address:
        topic, post, sessions = forum(address)
        with serving(address, RATE_REACTION="100000/minute"):
            bare, shown = zip(*taps(address, topic, sessions[:2]), strict=True)
            report_taps(statistics.median(bare), shown)
            report_burst(*burst(address, topic, post, sessions), post)


def report_taps(round_trip, shown):
    record("bare round trip of the form of a reaction, median", round_trip, "ms")
    record(
        "from a tap to the count on another page, median",
        statistics.median(shown),
        "ms",
        at_most=1.5,
        reference=round_trip,
        of_reference=True,
    )


def report_burst(seconds, frames, label, post):
    post.refresh_from_db()
    record(
        "taps of the burst a second, one post", RATE * SECONDS / seconds, "1/s", at_least=RATE * 0.9
    )
    busiest = max(Counter(int(moment) for moment in frames).values())
    record("frames with reactions on an open page in its busiest second", busiest, "", at_most=4)
    is_right = label == f"Heart: {post.reactions['heart']}" == f"Heart: {RATE * SECONDS}"
    record("the page is right at rest", int(is_right), "", at_least=1)


def forum(address):
    from forum.models import Category, Topic, User
    from tests.browser.people import session_cookie

    author, place = User.objects.create(username="author"), Category.objects.create(name="Help")
    topic = Topic.start(author, place, "How quick is it?", "Let us see.")
    number = max(RATE * SECONDS, 2)
    members = [User.objects.create(username=f"member{n}") for n in range(number)]
    sessions = [session_cookie(member, address) for member in members]
    return topic, topic.posts.get(), sessions


def taps(address, topic, sessions):
    """Yields milliseconds for each tap: the bare form answered, and to the other page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tapping, reading = (opened(chromium, address, topic, one) for one in sessions)
        bare(tapping, "on")  # so that its button is there
        reading.locator("#post-1 [value=heart]").wait_for()
        bare(tapping, "off")
        for name in ("on", "off") * 3:
            bare(reading, name)
        bare(reading, "on")
        for number in range(TAPS):
            tapping.wait_for_timeout(QUIET)
            label = "Heart: 2" if number % 2 == 0 else "Heart: 1"
            reading.evaluate(f"void (window.counted = ({COUNTED})({label!r}))")
            tapping.evaluate(f"void (window.tapped = {TAPPED})")
            tapping.locator("#post-1 [value=heart]").click()
            counted, tapped = reading.evaluate("window.counted"), tapping.evaluate("window.tapped")
            tapping.wait_for_timeout(QUIET)
            yield (
                statistics.median(bare(tapping, "on", "laugh") + bare(tapping, "off", "laugh")),
                (counted - tapped),
            )
        bare(reading, "off")
        chromium.close()


def opened(chromium, address, topic, session):
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.add_cookies([session])
    page = context.new_page()
    page.goto(topic.get_absolute_url())
    page.locator("live-status[data-state=live]").wait_for(state="attached")
    return page


def bare(page, name, sign="heart"):
    return [page.evaluate(BARE, [name, sign])]


def burst(address, topic, post, sessions):
    """(seconds it took, the moments of frames on an open page, what the page says in the end)."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_context(base_url=address).new_page()
        frames = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda text: note(text)))

        def note(text):
            if '"reacted"' in text:
                frames.append(time.monotonic())

        page.goto(topic.get_absolute_url())
        page.locator("live-status[data-state=live]").wait_for(state="attached")
        begun = time.monotonic()
        work = threading.Thread(target=tap_all, args=(address, post.pk, sessions))
        work.start()
        while work.is_alive():
            page.wait_for_timeout(20)
        seconds = time.monotonic() - begun
        page.wait_for_timeout(1500)
        label = page.locator("#post-1 [value=heart]").get_attribute("aria-label")
        chromium.close()
    return seconds, frames, label


def tap_all(address, post, sessions):
    """Has each member react once, RATE a second as far as the server answers that fast."""
    begun = time.monotonic()
    senders = [
        threading.Thread(target=tap_some, args=(address, post, sessions, first, begun))
        for first in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()


def tap_some(address, post, sessions, first, begun):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    for number in range(first, len(sessions), SENDERS):
        time.sleep(max(0, begun + number / RATE - time.monotonic()))
        cookies = f"{sessions[number]['name']}={sessions[number]['value']}; csrftoken={CSRF}"
        headers = {"Cookie": cookies, "X-CSRFToken": CSRF, "Content-Type": FORM}
        headers["X-Requested-With"] = "fetch"
        connection.request("POST", f"/p/{post}/reactions/", "on=heart", headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status


if __name__ == "__main__":
    main()
