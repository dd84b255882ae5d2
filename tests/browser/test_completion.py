"""Completing @members, #topics and :emoji: by keyboard, and choosing emoji from a grid."""

import re

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def topic(ada):
    topic = world.topic(ada, world.category("Help"))
    topic.reply(world.member("harold"), "Hello.")
    topic.reply(world.member("hannah", name="Hannah Arendt"), "Hello.")
    return topic


@pytest.fixture
def page(visit, ada, topic):
    """Ada's page of the topic, with the reply form in focus and its tools loaded."""
    page = visit(ada).opens_live(topic)
    field(page).focus()
    page.locator("text-expander:defined").wait_for()
    return page


def field(page):
    return page.locator("textarea[data-composer]")


def types(page, text):
    field(page).press_sequentially(text)


def options(page):
    return page.get_by_role("listbox").get_by_role("option")


def test_a_member_is_completed_by_keyboard_and_it_can_be_undone(page):
    types(page, "Hi @ha")
    expect(options(page)).to_have_text([re.compile("Hannah"), re.compile("harold")])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("Hi @harold ")
    expect(options(page)).to_have_count(0)

    page.keyboard.press("Control+z")

    expect(field(page)).to_have_value("Hi @ha")


def test_screen_readers_follow_the_suggestions(page):
    types(page, "@ha")
    expect(options(page).first).to_have_attribute("aria-selected", "true")

    chosen = options(page).first.get_attribute("id")
    expect(field(page)).to_have_attribute("aria-activedescendant", chosen)
    expect(field(page)).to_have_attribute("aria-autocomplete", "list")
    listed = page.get_by_role("listbox").get_attribute("id")
    expect(field(page)).to_have_attribute("aria-controls", listed)
    page.keyboard.press("ArrowDown")
    chosen = options(page).last.get_attribute("id")
    expect(field(page)).to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("Escape")
    expect(field(page)).not_to_have_attribute("aria-activedescendant", re.compile(""))
    expect(field(page)).not_to_have_attribute("aria-controls", re.compile(""))


def test_enter_goes_on_in_a_list_once_nothing_is_suggested(page):
    types(page, "- @ha")
    expect(options(page)).to_have_count(2)
    page.keyboard.press("Tab")
    expect(field(page)).to_have_value("- @hannah ")

    page.keyboard.press("Enter")

    expect(field(page)).to_have_value("- @hannah \n- ")


def test_a_topic_becomes_a_link_with_its_title(page, topic):
    types(page, "See #coff")
    options(page).first.click()

    expect(field(page)).to_have_value(f"See [Tea or coffee?](/t/{topic.pk}/) ")
    expect(field(page)).to_be_focused()


def test_each_line_is_completed_by_its_own_sign(page, topic):
    types(page, "@nobody-there\n#coff")
    expect(options(page)).to_have_count(1)


def test_an_emoji_is_completed(page):
    types(page, "Well done :tad")
    expect(options(page).first).to_contain_text("tada")
    page.keyboard.press("Enter")

    expect(field(page)).to_have_value("Well done 🎉 ")


def test_smileys_and_times_suggest_nothing(page):
    types(page, "10:30:45 :D")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("10:30:45 :D\n")


def test_a_late_answer_does_not_replace_a_newer_one(page):
    held = []

    def hold(route):
        held.append(route)

    page.route(re.compile(r"members/\?text=h&"), hold)
    with page.expect_request(re.compile(r"members/\?text=h&")):
        types(page, "@h")
    types(page, "arol")
    expect(options(page)).to_have_text([re.compile("harold")])

    with page.expect_event("requestfinished"):
        held[0].continue_()

    expect(options(page)).to_have_text([re.compile("harold")])


def test_without_the_forum_typing_goes_on(page):
    page.route("**/completion/**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        types(page, "@ha")

    types(page, "rold!")

    expect(field(page)).to_have_value("@harold!")
    expect(options(page)).to_have_count(0)


def test_emoji_are_chosen_from_a_grid_by_keyboard(page):
    types(page, "Tea ")
    page.get_by_role("button", name="Emoji").click()
    search = page.get_by_role("searchbox", name="Search emoji")
    expect(search).to_be_focused()
    expect(page.get_by_role("group", name="Smileys")).to_be_visible()

    search.fill("teap")
    expect(options(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_focused()
    page.keyboard.press("Enter")

    expect(field(page)).to_have_value("Tea 🫖")
    expect(field(page)).to_be_focused()


def test_arrow_keys_move_in_the_grid_and_back_to_the_search(page):
    page.get_by_role("button", name="Emoji").click()
    expect(options(page).first).to_be_visible()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(options(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    below = page.evaluate(
        "() => { const { offsetLeft, offsetTop } = document.activeElement;"
        " return [offsetLeft, offsetTop]; }"
    )
    above = options(page).nth(1).evaluate("one => [one.offsetLeft, one.offsetTop]")
    assert below[0] == above[0]
    assert below[1] > above[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox", name="Search emoji")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox", name="Search emoji")).to_be_hidden()


def test_a_search_for_emoji_is_no_text_of_the_form(page, topic):
    page.get_by_role("button", name="Emoji").click()
    page.get_by_role("searchbox", name="Search emoji").fill("teap")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("🫖")
    field(page).press("Control+Enter")

    expect(page.locator("#post-4 .post__body")).to_have_text("🫖")


def test_enter_waits_until_the_emoji_are_there(page):
    held = []
    page.route("**/emoji*.json", lambda route: held.append(route))
    with page.expect_request("**/emoji*.json"):
        page.get_by_role("button", name="Emoji").click()
    page.get_by_role("searchbox", name="Search emoji").fill("teap")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(0)
    held.pop().continue_()

    expect(field(page)).to_have_value("🫖")


def test_an_emoji_by_name_is_shown_in_the_post(page):
    types(page, "Well done :tada: ")
    field(page).press("Control+Enter")

    expect(page.locator("#post-4 .post__body")).to_have_text("Well done 🎉")
