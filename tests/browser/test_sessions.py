"""Open pages notice that their session ended, or that their reader may see less, and keep what was
typed.
"""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.browser.people import session_cookie
from tests.support import world
from tests.support.chromium import CHROMIUM

pytestmark = pytest.mark.once

SWEEP = 25_000  # ms: what the test itself changes reaches the site's process by the sweep


@pytest.fixture
def lounge(transactional_db):
    return world.lounge()


@pytest.fixture
def iris(lounge):
    return world.insider()


@pytest.fixture
def topic(iris):
    return world.topic(iris, world.category("Help"), replies=1)


def signs_out(person):
    """In another tab of the same browser."""
    tab = person.context.new_page()
    tab.goto("/")
    tab.locator("[popovertarget=member]").click()
    tab.locator("#member form button").click()
    tab.locator(".header__signup").wait_for()
    tab.close()


def signs_in(person, user):
    person.context.add_cookies([session_cookie(user, person.address)])
    tab = person.context.new_page()
    tab.goto("/")
    tab.locator("[popovertarget=member]").wait_for()
    tab.close()


def shows_no_member(page):
    expect(page.locator(".header__signup")).to_be_visible()
    expect(page.locator("[popovertarget=member]")).to_have_count(0)
    expect(page.locator("#places")).not_to_contain_text("Lounge")
    expect(page.locator("#places")).to_contain_text("Help")


@pytest.mark.parametrize("place", ["/", "topic", "/u/iris/"])
def test_a_sign_out_in_another_tab_takes_the_member_from_open_pages(place, topic, iris, visit):
    person = visit(iris)
    page = person.opens_live(topic if place == "topic" else place)
    expect(page.locator("#places")).to_contain_text("Lounge")

    signs_out(person)

    shows_no_member(page)


def test_a_page_for_members_alone_leads_to_signing_in(topic, iris, visit):
    person = visit(iris)
    page = person.opens_live("/accounts/email/")

    signs_out(person)

    page.wait_for_url("**/accounts/login/**")


def test_what_was_typed_outlives_a_sign_out_and_is_sent_after_signing_in_again(topic, iris, visit):
    person = visit(iris)
    page = person.opens_live(topic)
    box = page.locator("textarea[name=body]")
    box.fill("Half a sentence")

    signs_out(person)
    shows_no_member(page)
    expect(page.locator("[role=alert]").first).to_contain_text("signed out")
    expect(box).to_have_value("Half a sentence")
    signs_in(person, iris)
    expect(page.locator("[popovertarget=member]")).to_be_visible()
    expect(page.locator("#signed-out")).to_have_count(0)
    expect(page.locator("#reply .button--main")).to_be_enabled()
    page.locator("#reply .button--main").click()

    expect(page.locator("#post-3")).to_contain_text("Half a sentence")


@pytest.mark.parametrize(
    ("form", "field"), [("/t/new/", "textarea[name=body]"), ("/profile/", "#id_name")]
)
def test_a_form_keeps_what_was_typed_when_its_session_ends(form, field, topic, iris, visit):
    person = visit(iris)
    page = person.opens_live(form)
    page.locator(field).fill("Typed for an hour")

    signs_out(person)

    shows_no_member(page)
    expect(page.locator(field)).to_have_value("Typed for an hour")


def test_a_session_that_is_ended_from_elsewhere_ends_on_open_pages(topic, iris, visit):
    page = visit(iris).opens_live(topic)

    Session.objects.all().delete()

    expect(page.locator(".header__signup")).to_be_visible(timeout=SWEEP)
    shows_no_member(page)


def test_whoever_loses_a_group_loses_its_categories_from_the_sidebar(topic, iris, visit):
    page = visit(iris).opens_live(topic)
    page.locator("textarea[name=body]").fill("Half a sentence")
    expect(page.locator("#places")).to_contain_text("Lounge")

    iris.groups.clear()

    expect(page.locator("#places")).not_to_contain_text("Lounge", timeout=SWEEP)
    expect(page.locator("[popovertarget=member]")).to_be_visible()
    expect(page.locator("textarea[name=body]")).to_have_value("Half a sentence")


def test_a_page_from_the_back_button_shows_nothing_of_who_signed_out(topic, iris, site, chromium):
    keeping = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    context = keeping.new_context(base_url=site.address)
    context.add_cookies([session_cookie(iris, site.address)])
    page = context.new_page()
    page.goto("/")
    page.locator("live-status[data-state=live]").wait_for(state="attached")
    page.evaluate("location.assign('/accounts/logout/')")
    page.locator("main form button").click()
    page.locator(".header__signup").wait_for()

    page.evaluate("void setTimeout(() => history.go(-2))")
    page.locator("#rows .row").wait_for()
    shows_no_member(page)
    keeping.close()


def test_without_scripts_the_back_button_asks_the_site_again(topic, iris, visit):
    person = visit(iris, scripts=False)
    page = person.opens("/")
    person.opens("/accounts/logout/")
    page.locator("main form button").click()
    page.locator(".header__signup").wait_for()

    page.go_back()
    page.go_back()

    shows_no_member(page)
