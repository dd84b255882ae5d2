"""The time from Enter until a post is on its author's screen and on another reader's.

Measured with two Chromium windows and one server, next to the bare round trip of the same form from
the same page. A page is painted at the next frame, on average half a frame (8 ms) later, so the
round trip until the next frame is reported as well.
"""

import os
import statistics

from bench.report import record, title
from bench.site import prepared, serving
from tests.support.chromium import CHROMIUM

TOPICS = 8
POSTS = 9  # in each topic, and as many by the bare form: with the first they fill less than a page
# each is one window's, and all of them go by the same clock
APPEARED = """text => new Promise(done => {
  const look = () => [...document.querySelectorAll("#posts > .post")].some(
    post => post.textContent.includes(text));
  if (look()) return done(Date.now());
  new MutationObserver((_, observer) => {
    if (!look()) return;
    observer.disconnect();
    requestAnimationFrame(() => done(Date.now()));
  }).observe(document.querySelector("live-topic"), {childList: true, subtree: true});
})"""
PRESSED = """new Promise(done => addEventListener(
  "keydown", ({key}) => key === "Enter" && done(Date.now()), {capture: true}))"""
BARE = """async text => {
  const {form} = document.querySelector("textarea[data-composer]");
  const body = new URLSearchParams(new FormData(form));
  body.set("body", text);
  body.set("token", crypto.randomUUID().replaceAll("-", ""));
  const begun = performance.now();
  await fetch(form.action, {method: "POST", body, redirect: "manual"});
  const answered = performance.now() - begun;
  await new Promise(requestAnimationFrame);
  return [answered, performance.now() - begun];
}"""


def main():
    title("From one window to the other")
    with prepared() as address:
        topics, session = forum(address)
        with serving(address):
            bare, painted, own, others = zip(*measure(address, topics, session), strict=True)
    round_trip = statistics.median(bare)
    record("bare round trip of the reply form, median", round_trip, "ms")
    record("the same, until the next frame", statistics.median(painted), "ms", reference=round_trip)
    record(
        "own post, from Enter to painted, median",
        statistics.median(own),
        "ms",
        at_most=1.2,
        reference=round_trip,
        of_reference=True,
    )
    record(
        "the same in the other window, median",
        statistics.median(others),
        "ms",
        at_most=1.5,
        reference=round_trip,
        of_reference=True,
    )
    record("the slowest of them", max(others), "ms", at_most=1000)


def forum(address):
    from forum.models import Category, Topic, User
    from tests.browser.people import session_cookie

    ada, help_category = User.objects.create(username="ada"), Category.objects.create(name="Help")
    topics = [
        Topic.start(ada, help_category, f"How quick is it? {number}", "Let us see.")
        for number in range(TOPICS)
    ]
    return [topic.get_absolute_url() for topic in topics], session_cookie(ada, address)


def measure(address, topics, session):
    """Yields milliseconds for each post: the bare form answered, and until the next frame; to its
    author's screen, to the other.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        view = {"width": 1280, "height": 900}
        reading = chromium.new_context(base_url=address, viewport=view).new_page()
        writer = chromium.new_context(base_url=address, viewport=view)
        writer.add_cookies([session])
        writing = writer.new_page()
        for topic in topics:
            for page in (reading, writing):
                page.goto(topic)
                page.locator("live-status[data-state=live]").wait_for(state="attached")
            writing.locator("md-bold").wait_for()
            for number in range(POSTS):
                yield one_post(reading, writing, f"Post number {number}.")
        chromium.close()


def one_post(reading, writing, text):
    area = writing.locator("textarea[data-composer]")
    area.fill(text)
    writing.wait_for_timeout(700)  # whatever typing has set off, as it does every few seconds
    for page in (reading, writing):
        page.evaluate(f"void (window.appeared = ({APPEARED})({text!r}))")
    writing.evaluate(f"void (window.pressed = {PRESSED})")
    area.press("Control+Enter")
    shown = [page.evaluate("window.appeared") for page in (writing, reading)]
    pressed = writing.evaluate("window.pressed")
    writing.wait_for_timeout(100)  # until the post's side effects are over
    bare = writing.evaluate(BARE, "By the bare form.")
    return *bare, *(moment - pressed for moment in shown)


if __name__ == "__main__":
    main()
