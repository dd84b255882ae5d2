"""Spoilers, sections and footnotes work by mouse and keyboard, with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once

BODY = (
    "Who is it? ||His *father*, [they say](https://example.org/)|| and ||nobody||.[^1]\n\n"
    "<details>\n<summary>The log</summary>\n\nAll is well.\n\n</details>\n\n"
    + "more\n\n" * 60
    + "[^1]: Said in 1980."
)


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), body=BODY)


@pytest.fixture(params=[True, False], ids=["with-scripts", "without-scripts"])
def page(request, visit, topic):
    return visit(scripts=request.param).opens(topic)


def test_a_click_shows_a_spoiler_and_leaves_the_others(page):
    first, second = page.locator(".spoiler__words").all()
    before = first.bounding_box()
    expect(first).to_be_hidden()

    page.locator(".spoiler").first.click()
    expect(first).to_be_visible()
    expect(second).to_be_hidden()
    assert first.bounding_box() == before
    expect(first.get_by_role("link", name="they say")).to_be_visible()

    page.get_by_text("father").click()
    expect(first).to_be_hidden()


def test_the_space_bar_shows_a_spoiler(page):
    switch = page.get_by_role("checkbox", name="Show the spoiler").last
    switch.focus()
    page.keyboard.press("Space")

    expect(page.get_by_text("nobody")).to_be_visible()


def test_a_section_opens_on_a_click(page):
    expect(page.get_by_text("All is well.")).to_be_hidden()
    page.get_by_text("The log").click()
    expect(page.get_by_text("All is well.")).to_be_visible()


def test_a_number_leads_to_the_footnote_and_back(page):
    number = page.get_by_role("link", name="Footnote 1")
    note = page.get_by_text("Said in 1980.")

    number.click()
    expect(note).to_be_in_viewport()
    expect(number).not_to_be_in_viewport()
    page.get_by_role("link", name="Back to the text").click()
    expect(number).to_be_in_viewport()
