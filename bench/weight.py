"""The weight of a guest's first view of a topic with 20 posts: bytes transferred, and requests.

Bytes include compressed bodies and response headers, and the favicon.
"""

import random

from playwright.sync_api import sync_playwright

from bench.report import record, title
from bench.site import prepared, serving
from tests.support.chromium import CHROMIUM

LIGHTEST_OTHER = 92  # kB: django-machina, the lightest of four forums measured
FEWEST_OTHER = 41  # requests: NodeBB
WORDS = """
the of and to in is that it was for on are with as they be at one have this from or had by not but
what all were when we there can an your which their said if do will each about how up out them
then she many some so these would other into has more her two like him see time could no make than
first been its who now people my made over did down only way find use may water long little very
after words called just where most know get through back much before go good new write our used me
man too any day same right look think also around another came come work three word must because
does part even place well such here take why things help put years different away again off went
old number great tell men say small every found still between name
should
""".split()  # noqa: SIM905


def main():
    title("First view of a topic of 20 posts, nothing cached")
    with prepared() as address:
        topic = forum()
        with serving(address), sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            responses = first_view(chromium.new_page(), address, topic)
            chromium.close()
    for name, size in sorted(responses, key=lambda response: -response[1]):
        record(f"    {name}", size / 1000, "kB")
    total = sum(size for _name, size in responses) / 1000
    record("first view of a topic", total, "kB", at_most=60, reference=LIGHTEST_OTHER)
    record("requests of that view", len(responses), "requests", at_most=10, reference=FEWEST_OTHER)


def forum():
    """Create a forum with one topic of 20 posts; returns the topic's path."""
    from forum.models import Category, Topic, User

    chance = random.Random(2026)
    members = [
        User.objects.create(username=name) for name in ("ada", "grace", "mary", "edsger", "alan")
    ]
    for name in ("Announcements", "Show & tell", "Ideas", "Off topic"):
        Category.objects.create(name=name)
    help_ = Category.objects.create(name="Help")
    topic = Topic.start(
        members[0], help_, "Channel layer drops messages above 100 per second", text(chance)
    )
    for n in range(19):
        topic.reply(members[n % len(members)], text(chance))
    return topic.get_absolute_url()


def text(chance):
    """Two or three paragraphs of 20 to 60 random words, which compress like real text."""
    paragraphs = [
        " ".join(chance.choices(WORDS, k=chance.randint(20, 60)))
        for _ in range(chance.randint(2, 3))
    ]
    return "\n\n".join(paragraph.capitalize() + "." for paragraph in paragraphs)


def first_view(page, site, address):
    """What a browser with an empty cache loads: [(address, bytes)]. `page` is Playwright's."""
    seen, sizes = {}, {}
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on(
        "Network.requestWillBeSent", lambda e: seen.setdefault(e["requestId"], e["request"]["url"])
    )
    devtools.on(
        "Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]})
    )
    page.goto(site + address, wait_until="networkidle")
    # A headless browser doesn't load the favicon, so load it here.
    page.evaluate(
        "fetch(document.querySelector('link[rel=icon]').href).then((answer) => answer.text())"
    )
    page.wait_for_timeout(1000)
    return [
        (seen[key].removeprefix(site), size)
        for key, size in sizes.items()
        if seen[key].startswith(site) and size
    ]


if __name__ == "__main__":
    main()
