"""Everything works with scripts off."""

import re

import pytest
from playwright.sync_api import expect

from forum.models import Announcement, User
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

SEND = "main form:has(textarea[name=body]) .button--main"


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=30)


def test_somebody_signs_up_confirms_the_address_and_starts_a_topic(
    visit, mailbox, transactional_db
):
    world.category("Help")
    page = visit(scripts=False).opens("/")

    page.locator("header").get_by_role("link", name="Sign up").click()
    page.locator("input[name=username]").fill("Newcomer")
    page.locator("input[name=email]").fill("newcomer@example.org")
    page.locator("input[name=password1]").fill(world.PASSWORD)
    page.locator("main form .button--main").first.click()
    page.wait_for_url("**/confirm-email/")
    page.goto(confirmation_link(mailbox))
    page.locator("main form button").first.click()
    if "login" in page.url:
        sign_in(page, "newcomer")
    page.goto("/")
    page.get_by_role("link", name="New topic").click()
    page.locator("input[name=title]").fill("My first topic")
    page.locator("select[name=category]").select_option(label="Help")
    page.locator("textarea[name=body]").fill("Hello **everybody**.")
    page.locator(SEND).click()

    expect(page.locator("#topic-header")).to_contain_text("My first topic")
    expect(page.locator("#post-1 strong")).to_have_text("everybody")


def test_a_member_signs_in_replies_quotes_edits_hides_and_restores(topic, ada, visit):
    page = visit(scripts=False).opens("/accounts/login/")
    sign_in(page, "ada")

    page.goto(f"/t/{topic.pk}/")
    page.locator("#pager a[rel=next]").click()
    page.locator("#reply textarea").fill("A plain reply.")
    page.locator(SEND).click()
    expect(page.locator("#post-32")).to_contain_text("A plain reply.")

    page.locator("#post-31 [data-quote]").click()
    expect(page.locator("textarea[name=body]")).to_have_value(re.compile("> Reply number 31."))
    page.locator("textarea[name=body]").press_sequentially("Quite so.")
    page.locator(SEND).click()
    expect(page.locator("#post-33 blockquote")).to_contain_text("Reply number 31.")

    page.locator("#post-33 a.post__own").click()
    page.locator("textarea[name=body]").fill("On second thought.")
    page.locator("input[name=reason]").fill("clearer")
    page.locator(SEND).click()
    expect(page.locator("#post-33")).to_contain_text("On second thought.")
    page.locator("#post-33 .post__edited").click()
    expect(page.locator("main")).to_contain_text("clearer")

    page.goto(f"/t/{topic.pk}/33/")
    page.locator("#post-33 [data-menu]").click()
    page.locator("main").get_by_role("button", name="Hide").click()
    expect(page.locator("#post-33")).to_contain_text("hidden by its author")
    page.locator("#post-33 [data-menu]").click()
    page.locator("main").get_by_role("button", name="Restore").click()
    expect(page.locator("#post-33")).to_contain_text("On second thought.")


def test_a_reader_jumps_about(topic, visit):
    page = visit(scripts=False).opens(topic)

    page.locator("input[name=number]").fill("25")
    page.locator("form:has(input[name=number]) button").click()
    expect(page.locator("#post-25")).to_be_in_viewport()
    page.goto(f"/t/{topic.pk}/last/")
    expect(page.locator("#post-31")).to_be_in_viewport()


def test_a_moderator_closes_pins_renames_and_moves(topic, visit):
    moderator, ideas = world.moderator(), world.category("Ideas")
    page = visit(moderator, scripts=False, viewport={"width": 1280, "height": 900}).opens(topic)

    page.get_by_role("button", name="Close").click()
    expect(page.locator("#topic-header")).to_contain_text("closed")
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.locator("#topic-header")).to_contain_text("pinned")
    page.get_by_role("link", name="Move").click()
    page.locator("select[name=category]").select_option(str(ideas.pk))
    page.locator("main form .button--main").click()
    expect(page.locator("#topic-header")).to_contain_text("Ideas")


def test_the_theme_is_switched_and_kept(topic, visit):
    page = visit(scripts=False, color_scheme="light").opens(topic)

    page.get_by_role("button", name="Theme").click()
    page.locator("form[action='/theme/']").get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_what_was_typed_comes_back_with_the_error(ada, visit):
    world.category("Help")
    page = visit(ada, scripts=False).opens("/t/new/")
    page.locator("input[name=title]").fill("Too long a text")
    page.locator("select[name=category]").select_option(label="Help")
    page.locator("textarea[name=body]").fill("x" * 40_000)

    page.locator(SEND).click()

    assert len(page.locator("textarea[name=body]").input_value()) == 40_000
    assert page.locator("input[name=title]").input_value() == "Too long a text"
    expect(page.locator("main")).to_contain_text("32")


def test_an_announcement_is_put_away_only_where_nothing_is_being_written(topic, ada, visit):
    Announcement.objects.announce("Back at six.")
    page = visit(ada, scripts=False).opens(topic)
    close = page.get_by_role("button", name="Dismiss this announcement")

    page.locator("#reply textarea").fill("   ")
    page.locator("#reply textarea").evaluate("box => box.removeAttribute('required')")
    page.locator(SEND).click()
    expect(page.locator("main")).to_contain_text("Please write something.")
    expect(close).to_be_hidden()
    page.goto("/")
    close.click()
    expect(page.locator(".announcement")).to_have_count(0)


def sign_in(page, name):
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(world.PASSWORD)
    page.locator("main form .button--main").first.click()
    assert User.objects.get(username__iexact=name)


def confirmation_link(mailbox):
    until(lambda: links(mailbox))  # mail leaves after the answer
    return links(mailbox)[-1]


def links(mailbox):
    mails = [
        file.read_text()
        for file in sorted(mailbox.iterdir(), key=lambda file: file.stat().st_mtime)
    ]
    return re.findall(r"http://\S+confirm-email\S+", "".join(mails).replace("=\n", ""))
