"""The preview beside the text: live, in order, within its rate, and only when it is wanted."""

import pytest
from playwright.sync_api import expect

from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once


@pytest.fixture
def page(visit, ada, topic):
    page = visit(ada).opens_live(topic)
    field(page).focus()
    page.locator("md-bold:defined").wait_for()
    return page


def field(page):
    return page.locator("textarea[data-composer]")


def pane(page):
    return page.get_by_role("region", name="Preview")


def switch(page):
    return page.get_by_role("button", name="Preview")


def test_the_preview_follows_the_text(page):
    switch(page).click()
    expect(pane(page)).to_have_text("What you write is shown here as it will look.")

    field(page).press_sequentially("*Tea*, <script>alert(1)</script>")

    expect(pane(page).locator("em")).to_have_text("Tea")
    expect(field(page)).to_be_focused()
    assert pane(page).locator("script").count() == 0
    field(page).fill("**Coffee**")
    expect(pane(page).locator("strong")).to_have_text("Coffee")


def test_nothing_is_rendered_before_it_is_wanted(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/drafts/keep/"):  # typing has ended, and time has passed
        field(page).press_sequentially("Tea")

    assert [url for url in asked if url.endswith("/preview/")] == []


def test_the_switch_is_remembered(page, topic):
    switch(page).click()
    page.goto(topic.get_absolute_url())
    expect(pane(page)).to_be_visible()

    switch(page).click()
    page.reload()

    expect(switch(page)).to_have_attribute("aria-pressed", "false")
    expect(pane(page)).to_be_hidden()


def test_a_preview_says_what_is_wrong_with_a_text(page):
    switch(page).click()
    field(page).fill("x" * 33_000)

    expect(pane(page).locator(".notice--error")).to_be_visible()


def test_no_older_text_follows_a_newer_one(page):
    texts, held = [], []

    def hold(route):
        texts.append(route.request.post_data)
        held.append(route) if len(texts) == 1 else route.continue_()

    page.route("**/preview/", hold)
    switch(page).click()
    with page.expect_request("**/preview/"):
        field(page).fill("One")
    field(page).fill("One two")
    field(page).fill("One two three")
    held[0].continue_()

    expect(pane(page)).to_have_text("One two three")
    assert texts == ["body=One", "body=One+two+three"]


def test_a_preview_that_has_to_wait_says_so_and_comes_by_itself(page):
    answers = []

    def refuse(route):
        answers.append(route)
        if len(answers) == 1:
            route.fulfill(status=429, headers={"Retry-After": "1"}, body="")

    page.route("**/preview/", refuse)
    switch(page).click()
    field(page).fill("Tea")

    expect(pane(page)).to_have_text("Too many previews: the next one follows in 1 seconds.")
    until(lambda: page.wait_for_timeout(20) or len(answers) > 1)
    answers[1].continue_()
    expect(pane(page)).to_have_text("Tea")
    assert len(answers) == 2


def test_a_preview_that_never_comes_is_given_up(page):
    page.evaluate("""() => {
      window.timeout = AbortSignal.timeout;
      AbortSignal.timeout = () => timeout.call(AbortSignal, 50);
    }""")
    page.route("**/preview/", lambda route: None, times=1)
    switch(page).click()
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/preview/")):
        field(page).fill("Tea")
    page.evaluate("void (AbortSignal.timeout = timeout)")
    field(page).fill("Coffee")

    expect(pane(page)).to_have_text("Coffee")


def test_a_preview_that_fails_says_so_and_the_next_one_comes(page):
    page.route("**/preview/", lambda route: route.abort(), times=1)
    switch(page).click()
    field(page).fill("Tea")
    expect(pane(page)).to_have_text("The preview could not be loaded.")

    field(page).fill("Tea!")

    expect(pane(page)).to_have_text("Tea!")


def test_the_page_stays_where_it_is_while_the_preview_grows(page):
    switch(page).click()
    box = page.locator(".composer__foot").bounding_box()

    field(page).fill("x")
    expect(pane(page)).to_have_text("x")
    shown = page.locator(".composer__rendered").evaluate("one => one.offsetHeight")
    field(page).evaluate("area => { area.value = '- x\\n'.repeat(40); }")
    field(page).dispatch_event("input")
    expect(pane(page).locator("li")).to_have_count(40)

    assert page.locator(".composer__rendered").evaluate("one => one.offsetHeight") > shown
    assert pane(page).bounding_box()["height"] < 300
    assert page.locator(".composer__foot").bounding_box()["x"] == box["x"]


def test_beside_the_text_where_there_is_room_and_below_where_there_is_not(visit, ada):
    world.category("Help")
    for width, is_beside in ((1280, True), (390, False)):
        page = visit(ada, viewport={"width": width, "height": 800}).opens_live("/t/new/")
        styles = page.locator(".composer link")
        until(lambda styles=styles: styles.evaluate("link => Boolean(link.sheet)"))
        switch(page).click()
        text, shown = field(page).bounding_box(), pane(page).bounding_box()
        assert (shown["x"] >= text["x"] + text["width"] - 1) is is_beside
