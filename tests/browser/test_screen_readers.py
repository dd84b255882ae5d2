"""What a screen reader says of what happens on an open page, and where the keyboard goes on after
it.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from forum.models import Announcement
from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def grace(transactional_db):
    return world.member("grace", name="Grace Hopper")


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=2)


@pytest.fixture
def writer(visit, ada):
    """Ada with another browser."""
    return visit(ada)


@pytest.fixture
def replies(writer, topic):
    """A function that replies in the topic, as Ada."""

    def reply(text, to=topic):
        writer.sends(f"/t/{to.pk}/replies/", body=text, token=world.token())

    return reply


def announcer(page):
    return page.locator("[role=status][aria-live=polite]#announcer")


def opens_with_clock(person, where):
    """Opens a live page whose clock can be put forward."""
    person.page.clock.install()
    return person.opens_live(where)


def starts(writer, category):
    writer.sends(
        "/t/create/", title="Another one", category=category.pk, body="New.", token=world.token()
    )


def edits(writer, post):
    writer.sends(f"/p/{post.pk}/update/", body="Other words.", reason="", version=post.version)


def has_seen(page, topic):
    topic.refresh_from_db()
    page.locator(f"live-topic[data-change='{topic.change}']").wait_for()


def test_nothing_is_said_of_a_page_that_just_opened(topic, visit):
    page = opens_with_clock(visit(), topic)
    page.clock.fast_forward(11_000)

    expect(announcer(page)).to_have_text("")
    assert page.locator("live-status").get_attribute("role") is None
    assert page.locator("live-status").get_attribute("aria-live") is None


def test_new_replies_are_announced_at_most_once_in_ten_seconds(topic, visit, replies):
    page = opens_with_clock(visit(), topic)

    replies("The first.")
    expect(announcer(page)).to_have_text("1 new reply")
    replies("The second.")
    replies("The third.")
    has_seen(page, topic)
    page.clock.fast_forward(5000)
    expect(announcer(page)).to_have_text("1 new reply")
    page.clock.fast_forward(6000)
    expect(announcer(page)).to_have_text("2 new replies")


def test_ones_own_posts_and_edits_of_older_ones_are_not_announced(
    topic, ada, visit, writer, replies
):
    page = opens_with_clock(visit(ada), topic)

    replies("My own, from another tab.")
    edits(writer, topic.posts.get(number=2))
    has_seen(page, topic)
    page.clock.fast_forward(11_000)

    expect(announcer(page)).to_have_text("")


def test_a_list_announces_topics_that_come(topic, visit, writer):
    page = opens_with_clock(visit(), "/")

    starts(writer, topic.category)

    expect(announcer(page)).to_have_text("1 new or updated topic")


def test_a_member_who_wants_no_announcements_gets_none(topic, grace, visit, replies):
    person = visit(grace)
    person.opens("/profile/").get_by_label("Screen reader announcements").uncheck()
    person.page.get_by_role("button", name="Save").click()
    person.page.wait_for_url("**/u/grace/")
    page = person.opens_live(topic)

    replies("Unheard.")
    has_seen(page, topic)

    expect(page.locator("#announcer")).to_have_count(0)


def test_a_lost_connection_is_announced_and_so_is_its_return(topic, visit):
    person = visit()
    page = opens_with_clock(person, topic)

    person.context.set_offline(True)
    expect(announcer(page)).to_have_text("offline")
    page.clock.fast_forward(11_000)
    person.context.set_offline(False)

    expect(announcer(page)).to_have_text("up to date again", timeout=20_000)


def test_the_pill_takes_the_focus_to_the_first_new_post(ada, visit, replies):
    long = world.topic(ada, world.category("Long"), replies=12)
    page = visit().opens_live(long)
    for number in (14, 15):
        replies(f"Number {number}.", to=long)

    page.locator("[data-pill]", has_text="2 new replies").press("Enter")

    expect(page.locator("#post-14")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#post-14 a").first).to_be_focused()


def test_the_pill_takes_the_focus_to_a_new_post_on_another_page(ada, visit, replies):
    long = world.topic(ada, world.category("Long"), replies=21)
    page = visit().opens_live(long)
    replies("Number 23.", to=long)

    page.locator("[data-pill]", has_text="1 new reply").press("Enter")

    page.wait_for_url("**/?page=2#post-23")
    expect(page.locator("#post-23")).to_be_focused()


def test_the_pill_of_a_list_takes_the_focus_to_the_first_that_came(topic, visit, writer):
    page = visit().opens_live("/")
    page.locator(".row__link").first.focus()
    starts(writer, topic.category)

    page.locator("[data-pill]", has_text="1 new").press("Enter")

    expect(page.locator(".row__link", has_text="Another one")).to_be_focused()


def test_the_focus_stays_at_the_control_whose_post_or_row_changes(topic, visit, writer):
    post, page = topic.posts.get(number=2), visit().opens_live(topic)
    page.locator("#post-2 [data-quote]").focus()
    edits(writer, post)
    has_seen(page, topic)
    expect(page.locator("#post-2 [data-quote]")).to_be_focused()
    writer.sends(f"/p/{post.pk}/hide/")
    has_seen(page, topic)
    expect(page.locator("#post-2 :focus")).to_have_count(1)

    listed = visit().opens_live("/")
    listed.locator(".row__link").focus()
    writer.sends(f"/p/{post.pk}/restore/")
    topic.refresh_from_db()
    listed.locator(f".row[data-change='{topic.change}']").wait_for()
    expect(listed.locator(".row__link")).to_be_focused()


def test_hiding_and_restoring_lead_back_to_the_post(topic, ada, visit):
    page = visit(ada).opens_live(topic)
    for verb in ("Hide", "Restore"):
        page.locator("#post-2 [data-menu]").press("Enter")
        page.locator("#post-2 .menu").get_by_role("button", name=verb).press("Enter")
        page.wait_for_load_state()

        expect(page.locator("#post-2")).to_be_focused()


def test_closing_a_menu_leads_back_to_its_button(topic, ada, visit):
    page = visit(ada).opens_live(topic)
    button = page.locator("#post-2 [data-menu]")
    button.press("Enter")
    expect(page.locator("#post-2 .menu a").first).to_be_focused()

    page.keyboard.press("Escape")

    expect(button).to_be_focused()


def test_the_focus_is_not_lost_with_an_announcement(topic, visit):
    Announcement.objects.announce("The first.")
    Announcement.objects.announce("The last.", timezone.now() + timedelta(seconds=5))
    page = visit().opens_live(topic)
    first, last = (
        page.locator(".announcement", has_text=text) for text in ("The first.", "The last.")
    )

    last.get_by_role("button").focus()
    expect(last).to_have_count(0)
    expect(first.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
