"""The reply form comes to the foot of the window, and the reader keeps their place."""

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once

FORM = "form.reply"
PHONE = {"viewport": {"width": 390, "height": 700}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=18)


@pytest.fixture
def page(visit, ada, topic):
    """Ada's page of the topic, scrolled to its middle."""
    return reading(visit(ada).opens_live(topic))


def reading(page):
    page.locator("#post-8").evaluate("post => post.scrollIntoView({ behavior: 'instant' })")
    return page


def field(page):
    return page.locator("textarea[data-composer]")


def dock(page, state):
    return page.locator(f"{FORM}[data-dock={state}]")


def place(page):
    return page.locator("#post-8").bounding_box()["y"]


def replies(page, number=8):
    page.locator(f"#post-{number} [data-reply]").click()
    dock(page, "pinned").wait_for()


def test_a_reply_comes_up_where_the_reader_is(page):
    before = place(page)

    replies(page)

    expect(field(page)).to_be_focused()
    expect(field(page)).to_be_in_viewport()
    expect(page.locator(".answering")).to_contain_text("#8")
    assert abs(place(page) - before) < 1


@pytest.mark.parametrize("button", [".aside__reply", "[data-quote] >> nth=7"])
def test_so_it_does_from_everywhere_on_the_page(page, button):
    page.locator(button).click()

    expect(dock(page, "pinned")).to_be_visible()
    expect(field(page)).to_be_focused()


def test_a_form_that_is_in_view_stays_where_it_is(page):
    page.locator(FORM).evaluate("form => form.scrollIntoView({ block: 'center' })")

    page.locator(".aside__reply").click()

    expect(field(page)).to_be_focused()
    expect(page.locator("[data-dock]")).to_have_count(0)


def test_it_is_minimised_and_continued(page):
    replies(page)
    field(page).fill("Half a thought")
    page.get_by_role("button", name="Minimise").click()
    expect(field(page)).to_be_hidden()
    back = page.get_by_role("button", name="Continue your reply")
    expect(back).to_be_focused()

    back.click()

    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("Half a thought")


def test_an_empty_form_goes_back_to_its_place(page):
    before = place(page)
    replies(page)

    page.keyboard.press("Escape")

    expect(page.locator("[data-dock], .dock-place")).to_have_count(0)
    assert abs(place(page) - before) < 1


@pytest.mark.parametrize("way", ["Escape", "button"])
def test_from_an_empty_form_the_focus_goes_back_to_the_link_of_the_post(page, way):
    replies(page)

    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.get_by_role("button", name="Minimise").click()

    expect(page.locator("#post-8 [data-reply]")).to_be_focused()


def test_and_to_the_link_of_the_topic_where_it_answers_no_post(page):
    page.locator(".aside__reply").click()
    dock(page, "pinned").wait_for()

    page.keyboard.press("Escape")

    expect(page.locator(".aside__reply")).to_be_focused()


def test_full_screen_and_back(page):
    replies(page)
    field(page).fill("x")
    button = page.get_by_role("button", name="Full screen")
    button.click()
    expect(dock(page, "full")).to_have_css("width", "1265px")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert field(page).bounding_box()["height"] > 400

    page.keyboard.press("Escape")

    expect(dock(page, "pinned")).to_be_visible()
    expect(field(page)).to_be_focused()


def test_escape_ends_a_word_that_is_being_composed_and_not_the_form(page):
    replies(page)

    field(page).evaluate(
        """field => field.dispatchEvent(new KeyboardEvent("keydown",
        { key: "Escape", isComposing: true, bubbles: true, cancelable: true }))"""
    )

    expect(dock(page, "pinned")).to_be_visible()


@pytest.mark.parametrize("came", ["enlarged", "continued"])
def test_what_has_the_focus_is_never_behind_it(page, came):
    replies(page)
    field(page).fill("x")
    page.get_by_role("button", name="Full screen").click()
    if came == "continued":
        page.get_by_role("button", name="Minimise").click()
        page.get_by_role("button", name="Continue your reply").click()
        dock(page, "full").wait_for()
    page.locator("#post-8 .post__number").focus()
    expect(dock(page, "pinned")).to_be_visible()

    for number in range(9, 19):
        page.locator(f"#post-{number} [data-quote]").focus()
        focused = page.locator(f"#post-{number} [data-quote]").bounding_box()
        assert focused["y"] + focused["height"] <= page.locator(FORM).bounding_box()["y"]


def test_the_end_of_the_page_can_be_read_above_it(page):
    replies(page)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")

    end = page.locator("#post-19").bounding_box()

    assert end["y"] + end["height"] <= page.locator(FORM).bounding_box()["y"]


def test_others_posts_do_not_move_what_is_read(page, ada, topic):
    replies(page)
    field(page).fill("x")
    before = place(page)

    topic.posts.get(number=2).edit(ada, "Longer.\n\n" * 20, "")

    expect(page.locator("#post-2")).to_contain_text("Longer.")
    assert abs(place(page) - before) < 1


def test_once_sent_the_form_is_in_its_place_again(page):
    replies(page)
    field(page).fill("A whole thought")
    field(page).press("Control+Enter")

    expect(page.locator("#post-20")).to_contain_text("A whole thought")
    expect(page.locator("[data-dock], .dock-place")).to_have_count(0)
    expect(field(page)).to_have_value("")


def test_a_topic_that_is_closed_takes_an_empty_form_away(page, topic):
    replies(page)

    topic.close()

    expect(page.locator("p.reply")).to_be_attached(timeout=20_000)
    expect(page.locator("[data-dock], .dock-place")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.body).paddingBottom") == "0px"


def test_on_a_phone_it_stands_above_the_keyboard_and_beside_the_bar(visit, ada, topic):
    page = reading(visit(ada, **PHONE).opens_live(topic))
    bar = page.locator(".topic__bar")
    bar.get_by_role("link", name="Reply").click()
    dock(page, "pinned").wait_for()
    expect(bar).to_be_hidden()
    field(page).fill("x")

    page.set_viewport_size({"width": 390, "height": 400})  # as the keyboard resizes it
    expect(field(page)).to_be_in_viewport(ratio=1)

    page.set_viewport_size({"width": 390, "height": 700})
    page.get_by_role("button", name="Minimise").click()
    expect(bar).to_be_in_viewport(ratio=1)
    below, form = bar.bounding_box(), page.locator(FORM).bounding_box()
    assert below["y"] + below["height"] <= form["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_its_script_the_form_is_scrolled_to(visit, ada, topic):
    page = visit(ada).opens_live(topic)
    page.route("**/writing/dock.*", lambda route: route.abort())

    page.locator("#post-2 [data-reply]").click()

    expect(field(page)).to_be_in_viewport()
    expect(field(page)).to_be_focused()
