"""Searching: the field in the header, the page with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def ada(transactional_db):
    return world.member("ada", name="Ada Lovelace")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_scripts_add_to_the_header_moves_nothing_in_it(size, visit, ada):
    page = visit(viewport=size).opens("/")
    header = page.locator(".header")
    page.locator("live-status:not([hidden])").wait_for()
    places = header.locator("a:visible, button:visible, input:visible").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().x)"
    )
    header.locator("live-status").evaluate("(status) => { status.hidden = true; }")
    header.locator("[data-online]").evaluate("(online) => { online.hidden = true; }")

    assert places == header.locator("a:visible, button:visible, input:visible").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().x)"
    )


def test_the_field_in_the_header_is_a_button_where_there_is_no_room(visit, ada):
    page = visit(viewport=WIDE).opens("/")
    field = page.get_by_role("banner").get_by_role("searchbox")
    field.fill("tea")
    field.press("Enter")
    page.wait_for_url("**/search/?q=tea")

    page.set_viewport_size(NARROW)
    expect(field).to_be_hidden()
    page.goto("/")
    page.get_by_role("banner").get_by_role("button", name="Search").click()

    page.wait_for_url("**/search/?q=")
    expect(page.get_by_label("Search the forum")).to_be_focused()
