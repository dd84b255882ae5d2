"""Somebody who writes a reply learns at once that others have replied, and is never held up."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import COMPOSER
from tests.support import world

pytestmark = pytest.mark.once

TEXT = "Tea, of course."


@pytest.fixture
def ada(transactional_db):
    return world.member("ada")


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=15)


@pytest.fixture
def grace(visit, transactional_db):
    return visit(world.member("grace"))


def text(page):
    return page.locator("textarea[data-composer]")


def review(page):
    return page.locator(".composer__foot").get_by_role("button", name="new repl")


def writes(person, topic):
    page = person.opens_live(topic)
    page.locator(COMPOSER).wait_for()
    text(page).fill(TEXT)
    return page


def replies(grace, topic, *texts):
    for number, body in enumerate(texts):
        grace.sends(f"/t/{topic.pk}/replies/", body=body, token=f"{number:032x}")


def test_new_replies_are_told_beside_the_text_and_shown_on_demand(visit, ada, topic, grace):
    page = writes(visit(ada), topic)
    expect(review(page)).to_have_count(0)
    replies(grace, topic, "Coffee.", "And milk.")

    expect(review(page)).to_have_text("2 new replies · Show")
    review(page).click()
    expect(page.locator("#post-17")).to_be_in_viewport()
    expect(text(page)).to_have_value(TEXT)
    expect(review(page)).to_have_count(0)
    text(page).press("Control+Enter")
    expect(page.locator("#post-19")).to_contain_text(TEXT)


def test_a_reply_is_sent_whatever_is_new(visit, ada, topic, grace):
    page = writes(visit(ada), topic)
    page.evaluate("scrollTo(0, 0)")
    replies(grace, topic, "Coffee.")
    expect(review(page)).to_be_visible()
    text(page).press("Control+Enter")

    expect(page.locator("#post-18")).to_contain_text(TEXT)


def test_a_reply_that_is_hidden_again_is_not_counted(visit, ada, topic, grace):
    page = writes(visit(ada), topic)
    page.evaluate("scrollTo(0, 0)")
    replies(grace, topic, "Leaked.")
    expect(review(page)).to_be_visible()
    grace.sends(f"/p/{topic.posts.get(number=17).pk}/hide/")

    expect(review(page)).to_have_count(0)


def test_who_has_switched_it_off_is_told_nothing(visit, ada, topic, grace):
    ada.reviews_replies = False
    ada.save()
    page = writes(visit(ada), topic)
    page.evaluate("scrollTo(0, 0)")
    replies(grace, topic, "Coffee.")

    expect(page.locator("[data-pill]")).to_have_text("1 new reply")
    expect(review(page)).to_have_count(0)


def test_without_scripts_the_form_shows_them_once_before_it_posts(visit, ada, topic, grace):
    page = visit(ada, scripts=False).opens(f"/t/{topic.pk}/reply/")
    page.locator("textarea").fill(TEXT)
    replies(grace, topic, "Coffee.")
    page.get_by_role("button", name="Reply", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing has been posted yet")
    expect(page.locator("#post-17")).to_contain_text("Coffee.")
    expect(page.locator("textarea")).to_have_value(TEXT)
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.locator("#post-18")).to_contain_text(TEXT)
