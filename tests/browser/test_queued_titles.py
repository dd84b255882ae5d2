"""A new title that could not be sent waits in the browser, and is saved once when it can be."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import MARKS, ends_sessions
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

TEXT = "Tea, and nothing but tea"


@pytest.fixture
def ada(transactional_db):
    return world.member("ada")


@pytest.fixture
def person(visit, ada):
    return visit(ada)


@pytest.fixture
def page(person, topic):
    """The form, with a title typed into it."""
    page = person.opens(f"/t/{topic.pk}/edit/")
    page.locator("[name=title]").fill(TEXT)
    page.locator("waiting-posts:defined").wait_for(state="attached")
    return page


def saves(page):
    page.locator("form[data-written]").get_by_role("button", name="Save").click()


def waiting(page):
    return page.locator(".waiting__post")


def fails(page):
    page.route(
        "**/edit/",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )


def title(topic):
    topic.refresh_from_db()
    return topic.title


def test_without_a_network_it_waits_above_its_form_and_is_sent_once_it_is_back(person, page, topic):
    person.context.set_offline(True)
    saves(page)
    expect(waiting(page)).to_contain_text("Waiting to be sent")
    expect(waiting(page)).to_contain_text(TEXT)
    expect(page.locator("[name=title]")).to_have_value("Tea or coffee?")

    person.context.set_offline(False)
    expect(waiting(page)).to_contain_text("Sent")
    waiting(page).get_by_role("link", name="Show").click()
    expect(page.locator("h1")).to_have_text(TEXT)
    topic.refresh_from_db()
    assert (topic.title, topic.change) == (TEXT, 2)


def test_it_waits_in_view_in_its_topic(page, topic):
    fails(page)
    saves(page)
    expect(waiting(page)).to_contain_text(TEXT)
    page.goto(topic.get_absolute_url())

    expect(waiting(page)).to_contain_text("Waiting to be sent")
    page.unroute("**/edit/")
    expect(page.locator("h1")).to_have_text(TEXT)
    expect(waiting(page)).to_contain_text("Sent")
    until(lambda: page.evaluate(MARKS) == [])


def test_an_answer_that_got_lost_renames_nothing_twice(page, topic):
    page.route("**/edit/", lambda route: (route.fetch(), route.abort()), times=1)
    saves(page)

    expect(waiting(page)).to_contain_text("Sent")
    topic.refresh_from_db()
    assert (topic.title, topic.change) == (TEXT, 2)


def test_renamed_meanwhile_it_is_back_in_the_form_with_the_title_that_it_has_now(
    page, topic, visit
):
    fails(page)
    saves(page)
    expect(waiting(page)).to_contain_text(TEXT)
    visit(world.moderator()).sends(f"/t/{topic.pk}/edit/", title="What Mo called it")
    page.unroute("**/edit/")

    expect(page.locator(".errorlist")).to_contain_text("What Mo called it")
    expect(page.locator("[name=title]")).to_have_value(TEXT)
    assert title(topic) == "What Mo called it"


def test_signed_out_meanwhile_one_signs_in_and_it_is_sent(page, topic):
    ends_sessions(page)
    saves(page)
    expect(waiting(page)).to_contain_text("Not sent: you've been signed out")
    waiting(page).get_by_role("link", name="Sign in").click()
    page.locator("main input[name=login]").fill("ada")
    page.locator("main input[name=password]").fill(world.PASSWORD)
    page.locator("main form .button--main").first.click()

    until(lambda: title(topic) == TEXT)
    expect(waiting(page)).to_contain_text("Sent")
