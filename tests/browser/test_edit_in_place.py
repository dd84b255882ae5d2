"""A post is edited where it stands, and nothing that happens to it meanwhile takes away what was
typed.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.drafts.models import Draft
from tests.browser.people import COMPOSER
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

TEXT = "I wonder, and wonder."
RELOAD = """() => {
  const topic = document.querySelector("live-topic");
  topic.handle({ type: "reload", topic: Number(topic.dataset.topic) });
}"""  # as if its numbers could not be trusted any more


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=30)


@pytest.fixture
def person(visit, ada):
    return visit(ada)


@pytest.fixture
def post(topic):
    return topic.posts.get(number=1)


@pytest.fixture
def page(person, topic):
    return person.opens_live(topic)


@pytest.fixture
def mo(visit, transactional_db):
    """A moderator with a browser of their own."""
    return visit(world.moderator())


def article(page, number=1):
    return page.locator(f"#post-{number}")


def text(page, number=1):
    return article(page, number).locator("textarea[data-composer]")


def edits(page, words=None, number=1):
    article(page, number).get_by_role("link", name="Edit", exact=True).click()
    article(page, number).locator(COMPOSER).wait_for()
    if words is not None:
        text(page, number).fill(words)
    return text(page, number)


def saves(page, number=1):
    article(page, number).get_by_role("button", name="Save", exact=True).click()


def body(page, number=1):
    return article(page, number).locator(".post__body")


def stored(post):
    post.refresh_from_db()
    return post.body


def test_an_edit_is_saved_where_the_post_stands(person, page, post, topic):
    page.evaluate("document.body.dataset.same = 'page'")
    edits(page)
    expect(text(page)).to_be_focused()
    expect(text(page)).to_have_value(post.body)
    expect(body(page)).to_be_hidden()
    text(page).fill(TEXT)
    text(page).press("Control+Enter")

    expect(body(page)).to_have_text(TEXT)
    expect(text(page)).to_have_count(0)
    expect(article(page).get_by_role("link", name="Edit", exact=True)).to_be_focused()
    assert page.evaluate("document.body.dataset.same") == "page"
    assert stored(post) == TEXT
    person.hurries()
    person.ends_like_a_fresh_page(topic)


@pytest.mark.parametrize("first", ["answer", "push"])
def test_an_edit_shows_once_whether_its_answer_or_its_push_comes_first(person, topic, post, first):
    page, held = person.page, []
    if first == "answer":
        page.route_web_socket("**/ws/", lambda socket: None)  # opens, and says nothing
        person.opens(topic)
    else:
        person.opens_live(topic)
        page.route("**/update/", lambda route: held.append((route, route.fetch())))
    edits(page, TEXT)
    saves(page)

    if first == "push":
        expect(body(page)).to_have_text(TEXT)
        expect(text(page)).to_have_value(TEXT)
        while not held:
            page.wait_for_timeout(20)
        route, answer = held.pop()
        route.fulfill(response=answer)
    expect(text(page)).to_have_count(0)
    expect(body(page)).to_have_text(TEXT)
    post.refresh_from_db()
    assert post.version == 2


def test_what_is_typed_while_an_edit_is_sent_is_the_next_edit(page, post):
    held = []
    page.route("**/update/", lambda route: held.append(route), times=1)
    edits(page, TEXT)
    saves(page)
    while not held:
        page.wait_for_timeout(20)
    text(page).fill(f"{TEXT} And wonder.")
    held.pop().continue_()

    until(lambda: stored(post) == TEXT)
    page.locator("[name=version][value='2']").wait_for(state="attached")
    expect(text(page)).to_have_value(f"{TEXT} And wonder.")
    saves(page)
    expect(body(page)).to_have_text(f"{TEXT} And wonder.")
    expect(article(page).locator(".conflict")).to_have_count(0)


def test_what_somebody_else_wrote_since_is_shown_though_one_typed_on(page, post, mo):
    page.route_web_socket("**/ws/", lambda socket: None)  # nothing is heard of it
    page.reload()
    held = []
    page.route("**/update/", lambda route: held.append((route, route.fetch())))
    edits(page, "Mine.")
    saves(page)
    while not held:
        page.wait_for_timeout(20)
    text(page).press_sequentially(" And more.")
    post.refresh_from_db()
    post.edit(mo.user, "What Mo wrote.")
    route, answer = held.pop()
    route.fulfill(response=answer)

    expect(article(page).locator(".conflict pre")).to_have_text("What Mo wrote.")
    expect(text(page)).to_have_value("Mine. And more.")


def test_while_it_is_sent_escape_waits_for_the_answer(page, post):
    page.evaluate("document.body.dataset.same = 'page'")
    held = []
    page.route("**/update/", lambda route: held.append(route))
    edits(page, TEXT)
    with page.expect_request("**/update/"):
        text(page).press("Control+Enter")
    text(page).press("Escape")
    article(page).get_by_role("link", name="Cancel").click()
    expect(text(page)).to_have_value(TEXT)
    held.pop().continue_()

    expect(body(page)).to_have_text(TEXT)
    expect(text(page)).to_have_count(0)
    expect(article(page).locator(".post__kept")).to_have_count(0)
    assert page.evaluate("document.body.dataset.same") == "page"


def test_the_place_where_somebody_reads_stays(page, topic):
    link = article(page, 10).get_by_role("link", name="Edit", exact=True)
    link.scroll_into_view_if_needed()
    top = "document.querySelector('#post-10').getBoundingClientRect().top"
    before = page.evaluate(top)
    edits(page, TEXT, number=10)
    expect(text(page, 10)).to_be_in_viewport()
    text(page, 10).press("Control+Enter")

    expect(body(page, 10)).to_have_text(TEXT)
    expect(article(page, 10)).to_be_in_viewport()
    assert abs(page.evaluate(top) - before) < 300


def test_the_menu_opens_the_form_in_the_post_too(visit, topic, post):
    page = visit(world.moderator()).opens_live(topic)
    article(page).locator("[data-menu]").click()
    page.locator(".post-menu").get_by_role("link", name="Edit", exact=True).click()

    expect(text(page)).to_be_focused()
    text(page).press("Escape")
    expect(text(page)).to_have_count(0)
    expect(article(page).locator("[data-menu]")).to_be_focused()


def test_two_posts_are_edited_at_once(page, topic):
    edits(page, "One.", number=1)
    edits(page, "Two.", number=2)
    article(page, 1).locator(COMPOSER).wait_for()
    saves(page, 2)
    expect(body(page, 2)).to_have_text("Two.")
    expect(text(page, 1)).to_have_value("One.")
    saves(page, 1)
    expect(body(page, 1)).to_have_text("One.")


def test_escape_keeps_what_was_typed_as_a_draft_and_says_so(page, post):
    edits(page, TEXT)
    text(page).press("Escape")

    expect(text(page)).to_have_count(0)
    expect(article(page).get_by_role("status")).to_contain_text("kept as a draft")
    expect(body(page)).to_be_visible()
    until(lambda: Draft.objects.filter(fields__body=TEXT).exists())
    edits(page)
    expect(text(page)).to_have_value(TEXT)
    expect(article(page).locator(".post__kept")).to_have_count(0)
    saves(page)
    expect(body(page)).to_have_text(TEXT)
    assert not Draft.objects.exists()


def test_cancel_without_changes_leaves_nothing(page):
    edits(page)
    article(page).get_by_role("link", name="Cancel").click()

    expect(text(page)).to_have_count(0)
    expect(article(page).locator(".post__kept, waiting-posts")).to_have_count(0)


def test_a_form_that_was_closed_before_the_outbox_came_leaves_nothing_either(page):
    held = []
    page.route("**/js/elements/waiting_posts.*", lambda route: held.append(route))
    with page.expect_request("**/js/elements/waiting_posts.*") as asked:
        edits(page)
    article(page).get_by_role("link", name="Cancel").click()
    expect(text(page)).to_have_count(0)
    held[0].continue_()
    page.evaluate("async (script) => void (await import(script))", asked.value.url)

    expect(article(page).locator("waiting-posts")).to_have_count(0)


def test_what_is_wrong_stands_in_the_form_with_the_text(page, post, settings):
    edits(page, "x" * 33_000)
    saves(page)
    expect(article(page).locator(".errorlist")).to_contain_text("32000")
    assert text(page).input_value() == "x" * 33_000
    text(page).fill(TEXT)
    saves(page)
    expect(body(page)).to_have_text(TEXT)


def test_somebody_elses_edit_is_shown_before_anything_is_sent(page, post, mo):
    edits(page, TEXT)
    mo.sends(f"/p/{post.pk}/update/", body="What Mo wrote.", version="1")

    conflict = article(page).locator(".conflict")
    expect(conflict).to_contain_text("mo has edited this post")
    expect(text(page)).to_have_value(TEXT)
    conflict.get_by_text("Current text", exact=True).click()
    expect(conflict.locator("pre")).to_have_text("What Mo wrote.")
    text(page).fill("Both.")
    saves(page)
    expect(body(page)).to_have_text("Both.")
    assert stored(post) == "Both."


def test_a_form_that_was_not_touched_takes_the_new_text(page, post, mo):
    edits(page)
    mo.sends(f"/p/{post.pk}/update/", body="What Mo wrote.", version="1")

    expect(text(page)).to_have_value("What Mo wrote.")
    expect(article(page).locator(".form__state")).to_contain_text("Edited meanwhile")
    expect(article(page).locator(".conflict")).to_have_count(0)


def test_a_conflict_that_the_page_did_not_hear_of_is_shown_when_it_is_sent(person, topic, post):
    page = person.page
    page.route_web_socket("**/ws/", lambda socket: None)
    person.opens(topic)
    edits(page, TEXT)
    post.edit(world.moderator(), "What Mo wrote.")
    saves(page)

    expect(article(page).locator(".conflict")).to_contain_text("What Mo wrote.")
    expect(text(page)).to_have_value(TEXT)
    saves(page)
    expect(body(page)).to_have_text(TEXT)


def test_in_a_post_that_is_hidden_meanwhile_the_text_stays_to_be_copied(page, post, mo):
    edits(page, TEXT)
    mo.sends(f"/p/{post.pk}/hide/")

    expect(article(page).locator(".errorlist")).to_contain_text("You can't edit this post any more")
    expect(text(page)).to_have_value(TEXT)
    expect(text(page)).not_to_be_editable()
    mo.sends(f"/p/{post.pk}/restore/")
    expect(text(page)).to_be_editable()
    expect(text(page)).to_have_value(TEXT)
    saves(page)
    expect(body(page)).to_have_text(TEXT)


def test_a_form_that_comes_after_the_post_was_hidden_says_so(page, post, mo):
    held = []
    page.route("**/edit/", lambda route: held.append((route, route.fetch())))
    article(page).get_by_role("link", name="Edit", exact=True).click()
    while not held:
        page.wait_for_timeout(20)
    post.hide(mo.user, "")
    expect(article(page)).to_contain_text("hidden by a moderator")
    route, answer = held.pop()
    route.fulfill(response=answer)

    expect(article(page)).to_contain_text("You can't edit this post any more.")
    expect(text(page)).not_to_be_editable()


def test_in_a_topic_that_is_closed_meanwhile_it_stays_too(page, topic, post, mo):
    edits(page, TEXT)
    asked = []
    page.on("request", lambda request: "?version=" in request.url and asked.append(request.url))
    mo.sends(f"/t/{topic.pk}/close/")

    expect(article(page).locator(".errorlist")).to_contain_text("You can't edit this post any more")
    expect(text(page)).to_have_value(TEXT)
    mo.sends(f"/p/{post.pk}/update/", body="What Mo wrote.", version="1")
    expect(article(page)).to_have_attribute("data-version", "2")
    until(lambda: page.wait_for_timeout(20) or len(asked) > 1)
    page.wait_for_timeout(500)
    assert len(asked) <= 3  # once for each change, not over and over
    mo.sends(f"/t/{topic.pk}/open/")
    expect(article(page).locator(".conflict")).to_be_visible()
    expect(text(page)).to_be_editable()


def test_of_a_topic_that_is_gone_it_is_all_that_stays(page, topic):
    edits(page, TEXT)
    topic.move(world.lounge())

    expect(page.get_by_text("no longer available")).to_be_visible(timeout=40_000)
    expect(page.locator("textarea")).to_have_value(TEXT)
    expect(page.locator("textarea")).not_to_be_editable()


def test_it_stays_when_all_posts_are_loaded_anew(page, topic, post):
    edits(page, TEXT)
    article(page, 3).evaluate("post => post.remove()")
    page.evaluate(RELOAD)

    expect(article(page, 3)).to_be_visible()
    expect(text(page)).to_have_value(TEXT)
    saves(page)
    expect(body(page)).to_have_text(TEXT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_post_that_is_edited(visit, ada, topic, post, mo, scheme):
    person = visit(
        ada,
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = person.opens_live(topic)
    edits(page, TEXT)
    mo.sends(f"/p/{post.pk}/update/", body="What Mo wrote.", version="1")
    expect(article(page).locator(".conflict")).to_be_visible()

    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_form_has_a_page_of_its_own(visit, ada, topic, post):
    page = visit(ada, scripts=False).opens(topic)
    article(page).get_by_role("link", name="Edit", exact=True).click()
    page.locator("textarea").fill(TEXT)
    page.get_by_role("button", name="Save", exact=True).click()

    expect(body(page)).to_have_text(TEXT)
