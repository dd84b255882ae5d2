"""What scripts add to writing: tools, preview, drafts, quotes in place. The forms themselves need
none.
"""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.once

NARROW = {"viewport": {"width": 360, "height": 640}}


@pytest.fixture
def writing(visit, ada, topic):
    """Ada's page of the topic, with the reply form open."""
    page = visit(ada).opens_live(topic)
    page.locator("md-bold").wait_for()
    return page


def text(page):
    return page.locator("textarea[data-composer]")


def test_a_tool_marks_the_chosen_words(writing):
    text(writing).fill("strong tea")
    text(writing).evaluate("area => area.setSelectionRange(0, 6)")

    writing.get_by_role("button", name="Bold").click()

    expect(text(writing)).to_have_value("**strong** tea")


@pytest.fixture
def awaiting(visit, ada, topic):
    """Ada's page with a text whose tools are there, without their script until `arrives` is called
    on it.
    """
    page, held = visit(ada).opens_live(topic), []
    page.route("**/markdown-toolbar*", lambda route: held.append(route))
    with page.expect_request("**/markdown-toolbar*"):
        text(page).fill("strong tea")
    text(page).evaluate("area => area.setSelectionRange(3, 3)")
    page.arrives = lambda: held[0].continue_()
    return page


@pytest.mark.parametrize(
    ("press", "becomes"),
    [
        (lambda page: page.get_by_role("button", name="Bold").click(), "**strong** tea"),
        (lambda page: page.get_by_role("button", name="Heading").click(), "## strong tea"),
        (lambda page: text(page).press("Control+b"), "**strong** tea"),
        (lambda page: page.get_by_role("button", name="Bold").dblclick(), "**strong** tea"),
    ],
    ids=["a mark", "a line", "a shortcut", "twice"],
)
def test_a_tool_that_is_pressed_before_its_script_came_acts_once_it_has(awaiting, press, becomes):
    press(awaiting)

    awaiting.arrives()

    expect(text(awaiting)).to_have_value(becomes)


def test_a_tool_whose_script_came_late_does_not_disturb_what_is_written_by_then(awaiting):
    awaiting.get_by_role("button", name="Bold").click()
    text(awaiting).fill("strong tea, please")

    awaiting.arrives()
    awaiting.locator("md-bold:defined").wait_for()

    expect(text(awaiting)).to_have_value("strong tea, please")


def test_tools_that_could_not_be_had_come_at_the_next_try(visit, ada, topic):
    page = visit(ada).opens_live(topic)
    page.route("**/markdown-toolbar*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        text(page).focus()
    page.unroute("**/markdown-toolbar*")
    page.locator("#main").focus()

    text(page).focus()

    page.locator("md-bold:defined").wait_for()


def test_nothing_of_what_is_pasted_is_cut_off(writing, topic):
    state = writing.locator(".form__state")

    text(writing).focus()
    writing.keyboard.insert_text("🍵" * 33_000)  # each of them two characters for JavaScript

    expect(state).to_have_text("Characters too many: 1000")
    writing.keyboard.press("Control+Enter")
    expect(writing.locator(".errorlist")).to_contain_text("at most 32000 characters (it has 33000)")
    expect(text(writing)).to_have_value("🍵" * 33_000)


def test_the_characters_that_are_left_are_counted_near_the_limit(writing):
    state = writing.locator(".form__state")

    text(writing).fill("x" * 31_000)
    expect(state).to_have_text("Draft saved")
    text(writing).fill("x" * 31_001)
    expect(state).to_have_text("Characters left: 999")


def test_a_draft_survives_a_closed_page(writing, topic):
    text(writing).fill("Half a thought")
    expect(writing.locator(".form__state")).to_have_text("Draft saved")

    writing.goto("/")
    writing.goto(topic.get_absolute_url())

    expect(text(writing)).to_have_value("Half a thought")


def test_what_was_sent_is_no_draft_any_more(writing, topic):
    text(writing).fill("A whole thought")
    text(writing).press("Control+Enter")
    writing.locator("#post-2").wait_for()
    expect(text(writing)).to_have_value("")

    writing.goto("/")
    writing.goto(topic.get_absolute_url())
    writing.locator("md-bold").wait_for()

    expect(text(writing)).to_have_value("")


def test_what_could_not_be_sent_is_still_a_draft(writing, topic):
    writing.route("**/replies/", lambda route: route.fulfill(status=413, body="No."))
    text(writing).fill("Sent into the void")
    text(writing).press("Control+Enter")
    writing.get_by_text("Not accepted (error 413)").wait_for()

    writing.goto(topic.get_absolute_url())

    expect(text(writing)).to_have_value("Sent into the void")


def test_a_quote_joins_what_is_being_written(writing):
    text(writing).fill("As was said:")

    writing.locator("#post-1 [data-quote]").click()

    expect(text(writing)).to_have_value(re.compile(r"^As was said:\n\n>.*I wonder", re.DOTALL))
    expect(text(writing)).to_be_focused()


def test_a_double_click_quotes_once(writing):
    writing.locator("#post-1 [data-quote]").dblclick()

    expect(text(writing)).to_have_value(re.compile(r"^>.*I wonder\.\n\n$", re.DOTALL))
    writing.evaluate("fetch('/').then((answer) => answer.text())")  # by now another would be there
    expect(text(writing)).not_to_have_value(re.compile("wonder.*wonder", re.DOTALL))


def test_the_menu_of_a_post_opens_in_place_and_closes_again(writing):
    button = writing.locator("#post-1 [data-menu]")

    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(writing.get_by_role("button", name="Hide")).to_be_visible()
    writing.keyboard.press("Escape")

    expect(writing.get_by_role("button", name="Hide")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_second_click_closes_the_menu(writing):
    button, asked = writing.locator("#post-1 [data-menu]"), []
    writing.on("request", lambda request: asked.append(request.url))

    button.click()
    writing.get_by_role("button", name="Hide").wait_for()
    button.click()
    # by now a third request would have begun
    writing.evaluate("fetch('/').then((answer) => answer.text())")

    assert len([url for url in asked if url.endswith("/menu/")]) == 1
    expect(writing.get_by_role("button", name="Hide")).to_have_count(0)


def test_the_menu_that_was_asked_for_last_opens_whichever_comes_first(writing, ada, topic):
    topic.reply(ada, "Coffee.")
    first, last = (writing.locator(f"#post-{number} [data-menu]") for number in (1, 2))
    held = []
    writing.route("**/menu/", lambda route: held.append(route), times=1)
    with writing.expect_request("**/menu/"):
        first.click()
    last.click()
    expect(last).to_have_attribute("aria-expanded", "true")
    with writing.expect_response("**/menu/") as late:
        held.pop().continue_()
    late.value.finished()
    writing.evaluate("new Promise(requestAnimationFrame)")

    expect(last).to_have_attribute("aria-expanded", "true")
    expect(first).not_to_have_attribute("aria-expanded", "true")


def test_the_page_of_the_menu_is_a_page_after_the_menu_was_opened_in_place(writing):
    address = writing.locator("#post-1 [data-menu]").get_attribute("href")
    topic = writing.url
    writing.goto(address)
    writing.goto(topic)
    writing.locator("#post-1 [data-menu]").click()
    writing.get_by_role("button", name="Hide").wait_for()
    writing.go_back()

    expect(writing.get_by_role("banner")).to_be_visible()


def test_the_colours_change_without_a_new_page_and_stay(writing):
    writing.evaluate("document.body.dataset.same = 'page'")

    writing.get_by_role("button", name="Theme").click()
    with writing.expect_response("**/theme/"):
        writing.get_by_role("button", name="Dark").click()
    expect(writing.locator("html")).to_have_attribute("data-theme", "dark")
    expect(writing.locator("body")).to_have_attribute("data-same", "page")

    writing.reload()
    expect(writing.locator("html")).to_have_attribute("data-theme", "dark")


def test_where_the_script_for_the_colours_got_lost_a_new_page_has_them(writing):
    writing.route("**/js/theme.*", lambda route: route.abort())

    writing.get_by_role("button", name="Theme").click()
    writing.get_by_role("button", name="Dark").click()

    expect(writing.locator("html")).to_have_attribute("data-theme", "dark")
    writing.reload()
    expect(writing.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("scripts", [True, False])
def test_no_page_scrolls_sideways_on_a_narrow_screen(visit, ada, topic, scripts):
    table = "|" + "a wide cell|" * 20 + "\n|" + "-|" * 20
    topic.reply(ada, f"{'W' * 500}\n\n```\n{'code ' * 100}\n```\n\n{table}")
    topic.rename("W" * 200)
    page = visit(ada, scripts=scripts, **NARROW).opens(topic)

    for address in (topic.get_absolute_url(), "/", "/t/new/", f"/t/{topic.pk}/reply/?quote=2"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_member_without_scripts_changes_the_colours_too(visit, ada, topic):
    page = visit(ada, scripts=False).opens(topic)

    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith(topic.get_absolute_url())
