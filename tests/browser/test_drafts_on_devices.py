"""A draft is the same on all devices of its author: while it is typed, when it is sent, and after a
device is lost.
"""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from forum.drafts.models import Draft
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

TEXT = "Half a thought,\n\n  with *two* paragraphs"


@pytest.fixture
def rita(transactional_db):
    return world.member("rita", name="Rita")


@pytest.fixture
def topic(transactional_db):
    return world.topic(world.member("ada"), world.category("Help"), replies=1)


@pytest.fixture
def desk(rita, topic, visit):
    return visit(rita)


@pytest.fixture
def phone(rita, topic, visit):
    return visit(rita)


def box(page):
    return page.locator("#reply textarea")


def stored():
    return Draft.objects.values_list("fields__body", flat=True).first()


def test_what_is_typed_on_one_device_stands_on_the_other(topic, desk, phone):
    at_desk, on_phone = desk.opens_live(topic), phone.opens_live(topic)

    box(at_desk).press_sequentially("From the desk")
    expect(box(on_phone)).to_have_value("From the desk")
    box(on_phone).press_sequentially(", and the phone")
    expect(box(at_desk)).to_have_value("From the desk, and the phone")


def test_a_new_device_opens_with_the_draft_byte_for_byte(topic, desk, phone):
    box(desk.opens_live(topic)).fill(TEXT)
    until(lambda: stored() == TEXT)
    desk.context.close()

    expect(box(phone.opens_live(topic))).to_have_value(TEXT)


def test_a_page_that_is_left_at_once_leaves_its_draft(topic, desk, phone):
    box(desk.opens_live(topic)).fill(TEXT)
    desk.opens("/")
    until(lambda: stored() == TEXT)

    expect(box(phone.opens(topic))).to_have_value(TEXT)


def test_a_draft_that_is_sent_leaves_all_forms(topic, desk, phone):
    at_desk, on_phone = desk.opens_live(topic), phone.opens_live(topic)
    box(at_desk).press_sequentially("Ready to go")
    expect(box(on_phone)).to_have_value("Ready to go")

    on_phone.locator("#reply button.button--main").click()

    expect(at_desk.locator(".post", has_text="Ready to go")).to_be_visible()
    for page in (at_desk, on_phone):
        expect(box(page)).to_have_value("")
    until(lambda: not Draft.objects.exists())
    assert topic.posts.count() == 3
    assert "Ready to go" not in phone.opens("/drafts/").locator("main").inner_text()


def test_a_draft_that_is_discarded_in_the_list_leaves_the_form(topic, desk, phone):
    at_desk = desk.opens_live(topic)
    box(at_desk).press_sequentially("Never mind")
    until(lambda: stored() == "Never mind")

    phone.opens("/drafts/").get_by_role("button", name="Discard").click()

    expect(box(at_desk)).to_have_value("")
    at_desk.reload()
    expect(box(at_desk)).to_have_value("")


def test_of_two_texts_typed_apart_the_later_is_shown_and_the_other_can_be_had(topic, desk, phone):
    at_desk, on_phone = desk.opens_live(topic), phone.opens_live(topic)
    at_desk.context.set_offline(True)
    at_desk.clock.set_fixed_time(datetime.now())
    box(at_desk).press_sequentially("Typed in a tunnel")
    at_desk.clock.set_fixed_time(datetime.now() + timedelta(minutes=1))
    box(on_phone).press_sequentially("Typed later")
    until(lambda: stored() == "Typed later")
    at_desk.context.set_offline(False)

    expect(box(at_desk)).to_have_value("Typed later")
    page = phone.opens("/drafts/")
    page.locator("summary").click()
    expect(page.locator("main")).to_contain_text("Typed in a tunnel")


def test_what_was_typed_without_a_network_is_on_all_devices_afterwards(topic, desk, phone):
    at_desk, on_phone = desk.opens_live(topic), phone.opens_live(topic)
    at_desk.context.set_offline(True)
    box(at_desk).press_sequentially("In a tunnel")
    at_desk.context.set_offline(False)

    expect(box(on_phone)).to_have_value("In a tunnel", timeout=20_000)


def test_the_draft_of_an_edit_begins_with_the_stored_text_again_once_it_is_discarded(
    topic, rita, desk, phone
):
    post = topic.reply(rita, "As it was posted")
    page = desk.opens(f"/p/{post.pk}/edit/")
    page.locator("textarea").fill("As it may become")
    until(lambda: stored() == "As it may become")

    other = phone.opens_live(f"/p/{post.pk}/edit/")
    expect(other.locator("textarea")).to_have_value("As it may become")
    desk.opens("/drafts/").get_by_role("button", name="Discard").click()

    expect(other.locator("textarea")).to_have_value("As it was posted")


def test_nobody_else_on_the_device_is_shown_the_draft(topic, desk, visit):
    box(desk.opens_live(topic)).fill("Rita's own words")
    until(lambda: stored() == "Rita's own words")

    other = visit(world.member("grace"))
    assert box(other.opens_live(topic)).input_value() == ""
    assert "Rita's own words" not in other.opens("/drafts/").content()


def test_the_page_of_a_reply_answers_its_post_whichever_draft_comes_after_it(topic, desk, phone):
    at_desk = desk.opens_live(topic)
    on_phone = phone.opens_live(f"/t/{topic.pk}/reply/?to=2")

    at_desk.locator("#post-1 [data-reply]").click()
    at_desk.keyboard.type("Half a thought")
    expect(on_phone.locator("textarea")).to_have_value("Half a thought")
    at_desk.keyboard.type(" more")
    expect(on_phone.locator("textarea")).to_have_value("Half a thought more")

    expect(on_phone.locator(".answering__post")).to_contain_text("#2")
    expect(at_desk.locator(".answering__post")).to_contain_text("#1")


@pytest.mark.parametrize("begun", ["", "Half a thought"])
def test_a_page_opened_to_quote_keeps_its_quotation_whichever_draft_comes_after_it(
    topic, desk, phone, begun
):
    at_desk = desk.opens_live(topic)
    box(at_desk).press_sequentially(begun)
    until(lambda: stored() == (begun or None))
    on_phone = phone.opens_live(f"/t/{topic.pk}/reply/?quote=2")
    quotation = re.compile(r"^Half a thought more\n\n> .*\n$", re.DOTALL)

    box(at_desk).press_sequentially("Half a thought more".removeprefix(begun))
    expect(on_phone.locator("textarea")).to_have_value(quotation)
    on_phone.locator("textarea").fill("Without it")
    expect(box(at_desk)).to_have_value("Without it")
    box(at_desk).press_sequentially(" then.")

    expect(on_phone.locator("textarea")).to_have_value("Without it then.")
