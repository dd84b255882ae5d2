"""New topics that could not be sent wait in the browser, and are posted once when they can be."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.models import Topic
from tests.browser.people import COMPOSER, MARKS
from tests.support import world

pytestmark = pytest.mark.once

TITLE, TEXT = "Tea or coffee?", "I wonder."


@pytest.fixture
def category(transactional_db):
    return world.category("Help")


@pytest.fixture
def person(visit, ada, category):
    return visit(ada)


def opens(person, category, page=None):
    page = page or person.page
    page.goto(f"/t/new/?category={category.pk}")
    page.locator(COMPOSER).wait_for()
    text(page).focus()
    page.locator("waiting-posts:defined").wait_for(state="attached")
    return page


def text(page):
    return page.locator("textarea[data-composer]")


def waiting(page):
    return page.locator(".waiting__post")


def sends(page, title=TITLE, words=TEXT):
    page.locator("input[name=title]").fill(title)
    text(page).fill(words)
    text(page).press("Control+Enter")


def fails(target):
    target.route("**/t/create/", lambda route: route.abort())


def sends_in_vain(person, category, **topic):
    fails(person.context)
    page = opens(person, category)
    sends(page, **topic)
    expect(waiting(page)).to_contain_text(topic.get("title", TITLE))
    return page


def titles():
    return list(Topic.objects.values_list("title", flat=True))


def test_a_topic_without_an_answer_waits_and_its_form_is_free(person, category):
    page = sends_in_vain(person, category)

    expect(waiting(page)).to_contain_text("Waiting to be sent")
    expect(waiting(page)).to_contain_text(TEXT)
    expect(page.locator("input[name=title]")).to_have_value("")
    expect(text(page)).to_have_value("")
    person.context.unroute("**/t/create/")
    expect(waiting(page)).to_contain_text("Sent")
    waiting(page).get_by_role("link", name="Show").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    assert titles() == [TITLE]
    assert page.evaluate(MARKS) == []


def test_an_answer_that_got_lost_makes_no_second_topic(person, category):
    page = opens(person, category)
    page.route("**/t/create/", lambda route: (route.fetch(), route.abort()), times=1)
    sends(page)

    expect(waiting(page)).to_contain_text("Sent")
    assert titles() == [TITLE]


def test_it_waits_in_view_on_the_list(person, category):
    page = sends_in_vain(person, category)
    page.goto("/")

    expect(waiting(page)).to_contain_text(TITLE)
    person.context.unroute("**/t/create/")
    expect(waiting(page)).to_contain_text("Sent")
    expect(waiting(page).get_by_role("link", name="Show")).to_be_visible()
    expect(page.locator("#rows")).to_contain_text(TITLE)
    assert titles() == [TITLE]


def test_it_is_sent_from_any_page_which_then_leads_to_it(person, category, ada):
    page = sends_in_vain(person, category)
    page.close()
    person.context.unroute("**/t/create/")
    page = person.context.new_page()
    page.goto(ada.get_absolute_url())

    notice = page.locator(".notice", has_text="Your topic has been posted")
    notice.get_by_role("link", name=TITLE).click()
    expect(page.locator("h1")).to_have_text(TITLE)
    assert titles() == [TITLE]


def test_refused_meanwhile_it_is_back_in_the_form_with_the_reason(person, category):
    page = sends_in_vain(person, category, words="x" * 33_000)
    person.context.unroute("**/t/create/")

    expect(page.locator(".form .errorlist")).to_contain_text("32000")
    expect(page.locator("input[name=title]")).to_have_value(TITLE)
    assert text(page).input_value() == "x" * 33_000
    text(page).fill(TEXT)
    text(page).press("Control+Enter")
    expect(page.locator("h1")).to_have_text(TITLE)
    assert titles() == [TITLE]


def test_refused_on_the_list_it_goes_back_into_the_form_from_there(person, category):
    page = sends_in_vain(person, category, words="x" * 33_000)
    page.goto("/")
    person.context.unroute("**/t/create/")

    expect(waiting(page)).to_contain_text("at most 32000 characters")
    waiting(page).get_by_role("button", name="Edit").click()
    page.wait_for_url("**/t/new/")
    expect(page.locator("input[name=title]")).to_have_value(TITLE)
    expect(page.locator(".form .errorlist")).to_contain_text("32000")


def test_nobody_else_in_the_browser_sees_or_sends_it(person, category, visit):
    page = sends_in_vain(person, category)
    page.close()
    grace = visit(world.member("grace"))
    person.context.clear_cookies()
    person.context.add_cookies(grace.context.cookies())
    person.context.unroute("**/t/create/")

    page = opens(person, category, person.context.new_page())
    page.evaluate("navigator.locks.query()")
    expect(waiting(page)).to_have_count(0)
    assert TITLE not in page.content()
    assert titles() == []


def test_what_is_wrong_stands_in_the_form(person, category):
    page = opens(person, category)
    sends(page, title="?" * 150, words=" ")
    expect(page.locator(".form .errorlist").first).to_be_visible()
    expect(page).to_have_url(f"{person.address}/t/new/?category={category.pk}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", ["form", "list"])
def test_axe_finds_nothing_where_a_topic_waits(visit, ada, category, scheme, where):
    person = visit(
        ada,
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = sends_in_vain(person, category)
    if where == "list":
        page.goto("/")
        expect(waiting(page)).to_be_visible()

    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
