"""Edits and new topics sent over cuts, restarts and reloads are saved exactly once each."""

import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Error

from forum.models import Post, Revision, Topic
from tests.browser.people import COMPOSER, MARKS, Person
from tests.faults.conftest import FULL
from tests.faults.cuts import FAULTS
from tests.support import world
from tests.support.chromium import SHELL
from tests.support.polling import until

ROUNDS = 150 if FULL else 4
SUBMIT = """([form, fields]) => {
  const { elements } = document.querySelector(form);
  for (const [name, value] of Object.entries(fields)) elements[name].value = value;
  elements.body.dispatchEvent(new Event("input", { bubbles: true }));
  elements.body.form.requestSubmit();
}"""


@pytest.mark.skipif(not SHELL, reason="needs Chromium: make services")
@pytest.mark.once
@pytest.mark.timeout(3600 if FULL else 600)
def test_each_edit_and_each_topic_is_saved_once_over_cuts_restarts_and_reloads(server, chromium):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    ada = world.member("ada")
    category = world.category("Help")
    topic = world.topic(ada, category)
    Post.objects.update(created_at=timezone.now() - timedelta(days=1))  # no grace period
    rates = ("RATE_POST", "RATE_WRITE", "RATE_EDIT")
    server.environment.update(dict.fromkeys(rates, "100000/minute"))
    server.stop()
    server.start()
    person = Person(chromium, server.address, ada)
    faults = Counter()

    for number in range(ROUNDS):
        name, fault = chance.choice(FAULTS)
        faults[name] += 1
        edit, new = opens_edit(person, topic), opens_new(person, category)
        with fault(person, server, chance):
            edit.evaluate(SUBMIT, [".post__edit form", {"body": f"Edit {number}."}])
            new.evaluate(
                SUBMIT, ["#main form", {"title": f"Topic {number}", "body": f"Text {number}."}]
            )
            for page in chance.sample([edit, new], 2):
                treat(page, chance)
        for page in (edit, new):
            page.close()
        sends_what_waits(person)

    print(f"{ROUNDS} edits and topics, {dict(faults)}")
    texts = [f"Edit {number}." for number in range(ROUNDS)]
    revisions = Revision.objects.filter(post__topic=topic).order_by("version")
    post = topic.posts.get()
    assert [*revisions.values_list("body", flat=True), post.body] == ["I wonder.", *texts]
    titles = Counter(Topic.objects.exclude(pk=topic.pk).values_list("title", flat=True))
    assert titles == Counter(f"Topic {number}" for number in range(ROUNDS))
    person.context.close()


def opens_edit(person, topic):
    page = person.context.new_page()
    page.goto(topic.get_absolute_url())
    page.locator(COMPOSER).wait_for()
    page.locator("#post-1").get_by_role("link", name="Edit", exact=True).click()
    page.locator(".post__edit textarea[data-composer]").focus()
    page.locator("#post-1 waiting-posts:defined").wait_for(state="attached")
    return page


def opens_new(person, category):
    page = person.context.new_page()
    page.goto(f"/t/new/?category={category.pk}")
    page.locator("textarea[data-composer]").focus()
    page.locator("waiting-posts:defined").wait_for(state="attached")
    return page


def treat(page, chance):
    """What its reader does with a page: it stays for a moment, is loaded anew, or closed."""
    end = chance.choice(["stays", "reloaded", "closed"])
    with suppress(Error):  # nobody answers
        if end == "stays":
            page.wait_for_timeout(chance.randrange(1500))
        elif end == "reloaded":
            page.reload()
        else:
            page.close()


def sends_what_waits(person):
    page = person.context.new_page()
    page.goto("/")
    until(lambda: page.evaluate(MARKS) == [])
    page.close()
