"""Replying to a post with scripts: the form on the page takes it, and what stands between posts is
shown where it is asked for, and stays current.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def grace(transactional_db):
    return world.member("grace")


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=2)


def text(page):
    return page.locator("textarea[data-composer]")


def line(page):
    return page.locator(".answering__post")


def post(topic, number):
    return topic.posts.get(number=number)


def test_the_form_on_the_page_takes_a_reply_to_a_post(visit, grace, topic):
    reader = visit(grace)
    page = reader.opens_live(topic)
    text(page).fill("Tea, please.")

    page.locator("#post-1 [data-reply]").click()

    expect(line(page)).to_have_text("Replying to @ada #1")
    expect(text(page)).to_be_focused()
    expect(text(page)).to_have_value("Tea, please.")
    text(page).press("Control+Enter")
    expect(page.locator("#post-4 .post__to")).to_have_text("in reply to @ada")
    expect(page.locator("#post-1 [data-replies]")).to_have_text("1 reply")
    expect(line(page)).to_be_hidden()
    assert post(topic, 4).reply_to.number == 1
    reader.ends_like_a_fresh_page(topic)


def test_a_reply_to_a_post_can_become_one_to_the_topic(visit, grace, topic):
    page = visit(grace).opens_live(topic)
    page.locator("#post-1 [data-reply]").click()
    page.keyboard.type("Tea, please.")

    line(page).locator("input").uncheck()

    expect(line(page)).to_be_hidden()
    expect(text(page)).to_be_focused()
    page.keyboard.press("Control+Enter")
    page.locator("#post-4").wait_for()
    assert post(topic, 4).reply_to is None


def test_an_open_page_of_another_reader_follows(visit, grace, ada, mo, topic):
    reader, writer = visit(), visit(grace)
    page = reader.opens_live(topic)

    writer.sends(f"/t/{topic.pk}/replies/", body="Tea.", reply_to="1", token=world.token())

    expect(page.locator("#post-1 [data-replies]")).to_have_text("1 reply")
    reader.ends_like_a_fresh_page(topic)
    post(topic, 4).hide(mo)
    expect(page.locator("#post-1 [data-replies]")).to_have_count(0)
    reader.ends_like_a_fresh_page(topic)


def test_the_replies_of_a_post_open_below_it_and_follow(visit, grace, topic, mo):
    answer = topic.reply(grace, "Tea, please.", reply_to=post(topic, 1))
    page = visit().opens_live(topic)
    link = page.locator("#post-1 [data-replies]")
    box = page.locator("#post-1 .replies")

    link.click()
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(box.locator("li")).to_contain_text(["Tea, please."])

    topic.reply(grace, "Coffee, please.", reply_to=post(topic, 1))
    expect(box.locator("li")).to_contain_text(["Tea, please.", "Coffee, please."])
    expect(link).to_have_text("2 replies")
    answer.edit(grace, "Milk, please.")
    expect(box.locator("li")).to_contain_text(["Milk, please.", "Coffee, please."])
    answer.hide(mo)
    expect(box.locator("li")).to_contain_text(["Coffee, please."])
    expect(link).to_have_attribute("aria-expanded", "true")

    link.click()
    expect(box).to_have_count(0)
    assert not link.get_attribute("aria-expanded")


def test_many_replies_come_in_parts(visit, grace, topic):
    for n in range(12):
        topic.reply(grace, f"Cup {n}.", reply_to=post(topic, 1))
    page = visit().opens_live(topic)

    page.locator("#post-1 [data-replies]").click()
    expect(page.locator("#post-1 .replies li")).to_have_count(10)
    page.get_by_role("link", name="More replies").click()
    expect(page.locator("#post-1 .replies li")).to_have_count(12)
    expect(page.locator("#post-1 .replies li").nth(10).locator("a")).to_be_focused()

    topic.reply(grace, "Cup 12.", reply_to=post(topic, 1))
    expect(page.locator("#post-1 .replies li")).to_have_count(13)


def test_a_link_to_the_answered_post_shows_how_that_begins(visit, grace, topic):
    topic.reply(grace, "Tea, please.", reply_to=post(topic, 1))
    page = visit().opens_live(topic)
    link, card = page.locator("#post-4 .post__to"), page.locator(".excerpt.menu")

    link.hover()
    expect(card).to_contain_text("I wonder.")
    page.mouse.move(0, 0)
    expect(card).to_have_count(0)

    page.locator("#post-4 .post__author a").focus()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_have_accessible_description("I wonder.")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url("**#post-1")


def test_the_first_tap_of_a_finger_shows_it_and_the_second_leads_there(visit, grace, topic):
    topic.reply(grace, "Tea, please.", reply_to=post(topic, 1))
    page = visit(has_touch=True, viewport={"width": 390, "height": 780}).opens_live(topic)
    link = page.locator("#post-4 .post__to")

    link.tap()
    expect(page.locator(".excerpt.menu")).to_contain_text("I wonder.")
    assert "#" not in page.url
    link.tap()
    page.wait_for_url("**#post-1")


def test_a_quote_in_an_empty_form_answers_its_post(visit, grace, topic):
    page = visit(grace).opens_live(topic)

    page.locator("#post-1 [data-quote]").click()
    expect(line(page)).to_have_text("Replying to @ada #1")
    page.locator("#post-2 [data-quote]").click()
    expect(text(page)).to_have_value(re.compile("I wonder.*Reply number 2", re.DOTALL))
    expect(line(page)).to_have_text("Replying to @ada #1")


def test_a_draft_brings_back_whom_it_answers(visit, grace, topic):
    page = visit(grace).opens_live(topic)
    page.locator("#post-1 [data-reply]").click()
    page.keyboard.type("Half a thought")
    expect(page.locator(".form__state")).to_have_text("Draft saved")

    page.goto("/")
    page.goto(topic.get_absolute_url())

    expect(text(page)).to_have_value("Half a thought")
    expect(line(page)).to_have_text("Replying to @ada #1")


def test_the_page_of_a_reply_answers_what_it_was_opened_for(visit, grace, topic):
    page = visit(grace).opens_live(topic)
    page.locator("#post-1 [data-reply]").click()
    page.keyboard.type("Half a thought")
    expect(page.locator(".form__state")).to_have_text("Draft saved")

    page.goto(page.locator("#post-2 [data-reply]").get_attribute("href"))

    expect(text(page)).to_have_value("Half a thought")
    expect(line(page)).to_have_text("Replying to @ada #2")


def test_what_waits_for_the_network_still_answers_its_post(visit, grace, topic):
    reader = visit(grace)
    page = reader.opens_live(topic)
    page.locator("#post-1 [data-reply]").click()
    page.keyboard.type("Tea, please.")
    page.locator("waiting-posts:defined").wait_for(state="attached")
    reader.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("waiting-posts")).to_contain_text("Waiting to be sent")
    expect(line(page)).to_be_hidden()

    reader.context.set_offline(False)

    expect(page.locator("#post-4 .post__to")).to_have_text("in reply to @ada")
    assert topic.posts.filter(reply_to__number=1).count() == 1


def test_a_post_hidden_meanwhile_is_said_in_the_form(visit, grace, mo, topic):
    page = visit(grace).opens_live(topic)
    page.locator("#post-1 [data-reply]").click()
    page.keyboard.type("Typed for an hour.")
    post(topic, 1).hide(mo)
    page.locator("#post-1.post--hidden").wait_for()

    page.keyboard.press("Control+Enter")

    expect(page.locator(".errorlist")).to_contain_text("Untick “Replying to”")
    line(page).locator("input").uncheck()
    text(page).press("Control+Enter")
    page.locator("#post-4").wait_for()
    assert post(topic, 4).reply_to is None


def test_without_scripts_a_post_is_answered_on_a_page_of_its_own(visit, grace, topic):
    topic.reply(grace, "Coffee.", reply_to=post(topic, 1))
    page = visit(grace, scripts=False).opens(topic)

    page.locator("#post-1 [data-reply]").click()
    expect(line(page)).to_have_text("Replying to @ada #1")
    text(page).fill("Tea.")
    page.get_by_role("button", name="Reply").click()

    expect(page.locator("#post-5 .post__to")).to_have_text("in reply to @ada")
    page.locator("#post-1 [data-replies]").click()
    expect(page.locator(".excerpts li")).to_contain_text(["Coffee.", "Tea."])
    page.get_by_role("link", name="Go to post 5").click()
    page.wait_for_url("**#post-5")
