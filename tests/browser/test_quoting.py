"""A member who chooses words in a post gets a button that quotes just these."""

import re

import pytest
from playwright.sync_api import expect

from forum.drafts.models import Draft
from tests.support import world

pytestmark = pytest.mark.once

BODY = "Tea **is** [good](https://example.org/).\n\n- one\n- two\n\n```python\na = 1\nb = 2\n```"
CHOOSE = """([from, to]) => {
  const [start, end] = [from, to].map(path => document.querySelector(path));
  getSelection().setBaseAndExtent(start, 0, end, end.childNodes.length);
}"""


@pytest.fixture
def grace(transactional_db):
    return world.member("grace")


@pytest.fixture
def topic(ada):
    topic = world.topic(ada, world.category("Help"), body=BODY)
    topic.reply(ada, "Coffee is better.")
    return topic


@pytest.fixture
def page(visit, grace, topic):
    return visit(grace).opens_live(topic)


def choose(page, start, end=""):
    """From the beginning of one element to the end of another, as a mouse or fingers do."""
    page.evaluate(CHOOSE, [start, end or start])


def button(page):
    return page.locator(".quoting")


def text(page):
    return page.locator("textarea[data-composer]")


def test_what_is_chosen_is_quoted_as_it_was_written(page, topic):
    choose(page, "#post-1 .post__body p")
    button(page).click()

    source = f"/p/{topic.posts.get(number=1).pk}/"
    quoted = f"> [@ada]({source}):\n>\n> Tea **is** [good](https://example.org/).\n\n"
    expect(text(page)).to_have_value(quoted)
    expect(text(page)).to_be_focused()
    expect(page.locator(".answering__post")).to_have_text("Replying to @ada #1")
    expect(button(page)).to_have_count(0)


@pytest.mark.parametrize(
    ("start", "end", "quoted"),
    [
        ("strong", "", "> **is**\n"),
        ("strong", "a", "> **is** [good](https://example.org/)\n"),
        ("li:last-child", "", "> two\n"),
        ("li", "li:last-child", "> - one\n> - two\n"),
        ("pre .n, pre code", "pre code", "> ```python\n> a = 1\n> b = 2\n> ```\n"),
        ("a", "li", "> [good](https://example.org/).\n>\n> - one\n"),
    ],
)
def test_a_part_keeps_what_it_stands_in(page, start, end, quoted):
    start, end = (f"#post-1 .post__body :is({path})" for path in (start, end or start))
    choose(page, start, end)

    button(page).click()

    expect(text(page)).to_have_value(re.compile(rf":\n>\n{re.escape(quoted)}\n$"))


def test_several_quotes_add_up_by_keyboard_too(page):
    choose(page, "#post-1 strong")
    button(page).click()
    page.evaluate("document.activeElement.blur()")
    choose(page, "#post-2 .post__body p")
    expect(button(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(button(page)).to_be_focused()
    page.keyboard.press("Enter")

    expect(text(page)).to_have_value(
        re.compile(r"^> \[@ada\].*\*\*is\*\*\n\n> \[@ada\].*Coffee is better\.\n\n$", re.DOTALL)
    )
    expect(page.locator(".answering__post")).to_have_text("Replying to @ada #1")


def test_a_choice_that_ends_in_another_post_is_quoted_as_far_as_its_own(page):
    choose(page, "#post-1 pre code", "#post-2 .post__body p")

    button(page).click()

    expect(text(page)).to_have_value(re.compile(r"b = 2\n> ```\n\n$"))


def test_a_choice_that_begins_above_the_text_is_quoted_from_where_it_begins(page):
    choose(page, "#post-2 .post__author a", "#post-2 .post__body p")

    button(page).click()

    expect(text(page)).to_have_value(re.compile(r"\):\n>\n> Coffee is better\.\n\n$"))


def test_of_a_name_alone_there_is_nothing_to_quote(page):
    choose(page, "#post-1 strong")
    expect(button(page)).to_be_visible()

    choose(page, "#post-2 .post__author a")

    expect(button(page)).to_have_count(0)


def test_the_button_leaves_with_the_choice_and_with_escape(page):
    choose(page, "#post-1 strong")
    expect(button(page)).to_be_visible()
    page.evaluate("getSelection().removeAllRanges()")
    expect(button(page)).to_have_count(0)

    choose(page, "#post-1 strong")
    expect(button(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(button(page)).to_have_count(0)


def test_a_mouse_chooses_and_the_button_stands_below_the_words(page):
    page.locator("#post-2 .post__body p").dblclick(position={"x": 20, "y": 10})

    expect(button(page)).to_be_visible()
    words = page.evaluate("getSelection().getRangeAt(0).getBoundingClientRect().bottom")
    assert 0 <= button(page).bounding_box()["y"] - words < 20
    button(page).click()
    expect(text(page)).to_have_value(re.compile(r"> Coffee\n\n$"))


def test_guests_get_no_button(visit, topic):
    page = visit().opens_live(topic)

    with page.expect_event("console", lambda message: message.text == "chosen"):
        choose(page, "#post-1 strong")
        page.evaluate("setTimeout(() => console.log('chosen'), 1000)")

    expect(button(page)).to_have_count(0)


def test_a_long_quote_is_folded(visit, grace, topic, ada):
    topic.reply(ada, "\n".join(f"Line {n}" for n in range(20)))
    page = visit(grace).opens_live(topic)

    choose(page, "#post-3 .post__body")
    button(page).click()
    text(page).press("Control+Enter")

    fold = page.locator("#post-4 .post__body details")
    expect(fold).to_contain_text("Line 19")
    assert fold.get_attribute("open") is None
    expect(page.locator("#post-4 .post__body")).to_contain_text("@ada:")


def test_from_a_closed_topic_it_goes_into_what_was_written_last(visit, grace, topic, ada):
    other = world.topic(ada, topic.category, title="Milk or sugar?")
    fields = {"body": "As was said elsewhere:", "token": world.token()}
    Draft.objects.keep(grace, f"/t/{other.pk}/replies/", fields, 0, other.created_at)
    topic.close()
    page = visit(grace).opens_live(topic)

    choose(page, "#post-1 strong")
    button(page).click()

    page.wait_for_url(f"**/t/{other.pk}/reply/")
    expect(text(page)).to_have_value(
        re.compile(r"^As was said elsewhere:\n\n> \[@ada\].*\*\*is\*\*\n\n$", re.DOTALL)
    )
    expect(page.locator(".answering__post")).to_be_hidden()


def test_with_nothing_begun_it_begins_a_topic(visit, grace, topic):
    topic.close()
    page = visit(grace).opens_live(topic)

    choose(page, "#post-1 strong")
    button(page).click()

    page.wait_for_url("**/t/new/")
    expect(text(page)).to_have_value(re.compile(r"> \*\*is\*\*\n\n$"))


def test_an_update_of_the_post_leaves_the_button_alone(page, topic, ada):
    choose(page, "#post-1 strong")
    expect(button(page)).to_be_visible()

    topic.reply(ada, "To you.", reply_to=topic.posts.get(number=1))

    expect(page.locator("#post-1 [data-replies]")).to_be_visible()
    button(page).click()
    expect(text(page)).to_have_value(re.compile(r"> \*\*is\*\*\n\n$"))
