"""Replies sent over cuts, restarts and reloads are posted exactly once each, without anybody doing
more than writing them.
"""

import random
import time
from collections import Counter
from contextlib import suppress

import pytest
from playwright.sync_api import Error

from forum.models import Post
from tests.browser.people import COMPOSER, MARKS, Person
from tests.faults.conftest import FULL
from tests.faults.cuts import FAULTS
from tests.support import world
from tests.support.chromium import SHELL
from tests.support.polling import until

POSTS = 1000 if FULL else 15
TABS = 3
MOST_AT_ONCE = 6  # posts between two faults
UNSENT = ".waiting__post:not([data-state=sent])"  # "sent": it is on the next page of the topic
READY = """() => {
  const area = document.querySelector("textarea[data-composer]");
  const button = area.form.querySelector("button:not([type=button])");
  area.focus(); // as people do before they write
  const isListening = Boolean(document.querySelector("waiting-posts:defined"));
  return isListening && !area.value && !button.disabled;
}"""
SUBMIT = """text => {
  const area = document.querySelector("textarea[data-composer]");
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.form.requestSubmit();
}"""


@pytest.mark.skipif(not SHELL, reason="needs Chromium: make services")
@pytest.mark.once
@pytest.mark.timeout(3600 if FULL else 600)
def test_each_of_a_thousand_replies_is_posted_once_over_cuts_restarts_and_reloads(server, chromium):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    ada = world.member("ada")
    category = world.category("Help")
    topics = [world.topic(ada, category, f"Topic {number}") for number in range(TABS)]
    server.environment["RATE_POST"] = server.environment["RATE_WRITE"] = "100000/minute"
    server.stop()
    server.start()
    person = Person(chromium, server.address, ada)
    tabs = [opened(person, topic) for topic in topics]
    sent, faults = [], Counter()

    while len(sent) < POSTS:
        name, fault = chance.choice(FAULTS)
        faults[name] += 1
        with fault(person, server, chance):
            for place in chance.sample(range(TABS), chance.randint(1, TABS)):
                for _ in range(chance.randint(1, MOST_AT_ONCE)):
                    if is_ready(tabs[place]):
                        sent.append(f"Reply {len(sent)}.")
                        tabs[place].evaluate(SUBMIT, sent[-1])
                tabs[place] = treated(tabs[place], person, topics[place], chance)
        for place, tab in enumerate(tabs):
            if not is_open(tab):
                tab.close()
                tabs[place] = opened(person, topics[place])
    until(lambda: tabs[0].evaluate(MARKS) == [])

    stored = Counter(Post.objects.filter(number__gt=1).values_list("body", flat=True))
    print(f"{len(sent)} replies, {dict(faults)}")
    assert stored == Counter(sent)
    for tab in tabs:
        until(lambda tab=tab: tab.locator(UNSENT).count() == 0)
    person.context.close()


def opened(person, topic):
    page = person.context.new_page()
    page.goto(f"/t/{topic.pk}/last/")
    page.locator(COMPOSER).wait_for()
    page.locator("textarea[data-composer]").focus()
    page.locator("waiting-posts:defined").wait_for(state="attached")
    return page


def is_ready(page):
    """Whether its form is empty and can be sent; what was sent before may lead to another page."""
    deadline = time.monotonic() + 30
    while is_open(page) and time.monotonic() < deadline:
        with suppress(Error):  # on its way to another page
            if page.evaluate(READY):
                return True
        time.sleep(0.02)
    return False


def is_open(page):
    """Whether it shows the forum, and not that nobody answers."""
    return not page.is_closed() and not page.url.startswith("chrome-error:")


def treated(page, person, topic, chance):
    """The page after what readers do with it: it stays, is loaded anew, or closed."""
    end = chance.choice(["stays", "stays", "reloaded", "closed"])
    with suppress(Error):  # nobody answers
        if end == "reloaded":
            page.reload()
        elif end == "closed":
            page.close()
            return opened(person, topic)
    return page
