"""What somebody has typed is there again, whatever ended the page; nobody else sees it, and what
was sent is gone.
"""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from forum.models import Post
from tests.browser.people import COMPOSER
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

# by this browser, or by the server, which got it as the page ended
BACK = re.compile("Draft restored|Updated from another device")
FLUENT = (
    "Ninety-four characters typed without a pause, and then the tab is closed or a link is clicked."
)


@pytest.fixture
def person(visit, ada):
    return visit(ada)


def opens(person, where, page=None):
    """A form that is ready to be written in."""
    page = page or person.context.new_page()
    page.goto(where if isinstance(where, str) else where.get_absolute_url())
    page.locator(COMPOSER).wait_for()
    return page


def text(page):
    return page.locator("textarea[data-composer]")


def types(page, words):
    text(page).focus()
    page.keyboard.type(words)


def sends_without_hearing(page):
    """The reply gets to the forum, its answer gets lost."""
    page.route("**/replies/", lambda route: (route.fetch(), route.abort()))
    with page.expect_event("requestfailed"):
        page.keyboard.press("Control+Enter")
    page.unroute("**/replies/")


@pytest.mark.parametrize("end", ["closed", "left", "reloaded"])
def test_what_was_typed_fluently_is_there_after_the_page_ended_at_once(person, topic, end):
    page = opens(person, topic)
    types(page, FLUENT)
    if end == "closed":
        page.close()
        page = None
    elif end == "left":
        page.evaluate("location.assign('/')")
        page.wait_for_url(f"{person.address}/")
    else:
        page.reload()

    page = opens(person, topic, page)

    expect(text(page)).to_have_value(FLUENT)
    expect(page.locator(".form__state")).to_have_text(BACK)


def test_and_so_it_is_where_the_page_ended_before_its_database_was_open(person, topic):
    page = person.context.new_page()
    page.add_init_script("IDBFactory.prototype.open = () => new EventTarget();")
    types(opens(person, topic, page), FLUENT)
    page.close()

    page = opens(person, topic)

    expect(text(page)).to_have_value(FLUENT)
    expect(page.locator(".form__state")).to_have_text(BACK)
    until(lambda: page.evaluate(COPIES) == [])


def test_what_was_written_as_the_page_ended_is_for_its_member_alone(person, topic, visit):
    page = person.context.new_page()
    page.add_init_script("IDBFactory.prototype.open = () => new EventTarget();")
    types(opens(person, topic, page), "For nobody's eyes")
    page.close()
    cookies = person.context.cookies()
    person.context.clear_cookies()
    person.context.add_cookies(visit(world.member("grace")).context.cookies())

    page = opens(person, topic)
    until(lambda: page.evaluate(COPIES) == [])
    expect(text(page)).to_have_value("")
    page.close()

    person.context.clear_cookies()
    person.context.add_cookies(cookies)
    expect(text(opens(person, topic))).to_have_value("For nobody's eyes")


def test_no_copy_of_a_draft_stays_beside_the_database(person, topic):
    page = opens(person, topic)
    types(page, FLUENT)

    expect(page.locator(".form__state")).to_have_text("Draft saved")

    assert page.evaluate(COPIES) == []


@pytest.fixture
def slow(person):
    """The address of a form opens in a page whose scripts come when they are let in:
    `page.let_scripts_in()`.
    """

    def slow(address):
        page, waiting = person.context.new_page(), []
        page.route("**/composer*.js", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright looks at it
        page.goto(address)
        until(lambda: page.evaluate("document.readyState") == "complete")

        def let_in():
            until(lambda: page.evaluate("1") and waiting)
            for route in waiting:
                route.continue_()
            page.locator(COMPOSER).wait_for()

        page.let_scripts_in = let_in
        return page

    return slow


def test_what_was_typed_before_the_scripts_came_is_kept(person, topic, slow):
    page = slow(topic.get_absolute_url())
    types(page, "Quicker than the network.")
    page.let_scripts_in()
    expect(page.locator(".form__state")).to_have_text("Draft saved")
    page.close()

    expect(text(opens(person, topic))).to_have_value("Quicker than the network.")


def test_and_so_is_a_title(person, topic, slow):
    page = slow("/t/new/")
    page.locator("input[name=title]").fill("Quicker than the network")
    page.let_scripts_in()
    page.close()

    expect(opens(person, "/t/new/").locator("input[name=title]")).to_have_value(
        "Quicker than the network"
    )


def test_nor_does_an_older_draft_take_its_place(person, topic, slow):
    address = reverse("edit_post", args=[Post.objects.get().pk])
    page = opens(person, address)
    types(page, "Begun yesterday.")
    page.close()

    page = slow(address)
    text(page).fill("Begun today.")
    page.let_scripts_in()

    expect(page.locator(".form__state")).to_have_text("Draft saved")
    expect(text(page)).to_have_value("Begun today.")


def test_sending_from_one_tab_leaves_the_text_of_another_as_the_topics_draft(person, topic):
    one, other = opens(person, topic), opens(person, topic)
    types(one, "What the first tab says.")
    types(other, "What the second tab says.")

    other.keyboard.press("Control+Enter")
    other.locator("#post-2").wait_for()

    expect(text(one)).to_have_value("What the first tab says.")
    one.close()
    expect(text(opens(person, topic, other))).to_have_value("What the first tab says.")


def test_a_topic_that_was_begun_comes_back_with_title_and_category(person, topic):
    ideas = world.category("Ideas")
    page = opens(person, "/t/new/")
    page.locator("input[name=title]").fill("A title typed first")
    page.locator("select[name=category]").select_option(str(ideas.pk))
    page.close()

    page = opens(person, "/t/new/")
    expect(page.locator("input[name=title]")).to_have_value("A title typed first")
    expect(page.locator("select[name=category]")).to_have_value(str(ideas.pk))


def test_a_topic_that_was_begun_is_continued_whichever_category_it_is_opened_in(person, topic):
    ideas = world.category("Ideas")
    page = opens(person, f"/t/new/?category={ideas.pk}")
    page.locator("input[name=title]").fill("For Ideas")
    types(page, "Because.")
    expect(page.locator(".form__state")).to_have_text("Draft saved")
    page.close()

    page = opens(person, f"/t/new/?category={topic.category.pk}")

    expect(page.locator("input[name=title]")).to_have_value("For Ideas")
    expect(page.locator("select[name=category]")).to_have_value(str(ideas.pk))


def test_an_edit_that_was_begun_comes_back_with_its_reason(person, topic):
    address = f"/p/{topic.posts.get().pk}/edit/"
    page = opens(person, address)
    text(page).fill("I wondered.")
    page.locator("input[name=reason]").fill("tense")
    page.close()

    page = opens(person, address)
    expect(text(page)).to_have_value("I wondered.")
    expect(page.locator("input[name=reason]")).to_have_value("tense")


def test_an_edit_that_comes_back_after_somebody_elses_does_not_write_over_it(person, topic):
    post = topic.posts.get()
    address = f"/p/{post.pk}/edit/"
    page = opens(person, address)
    text(page).fill("I wonder. Mine.")
    page.close()
    post.edit(world.moderator(), "What Mo wrote.")

    page = opens(person, address)

    expect(text(page)).to_have_value("I wonder. Mine.")
    expect(page.locator(".conflict")).to_contain_text("What Mo wrote.")
    post.refresh_from_db()
    assert post.body == "What Mo wrote."


def test_nobody_else_in_the_browser_sees_a_draft(person, topic, visit):
    page = opens(person, topic)
    types(page, "For nobody's eyes")
    page.close()
    cookies = person.context.cookies()
    grace = visit(world.member("grace"))
    person.context.clear_cookies()
    person.context.add_cookies(grace.context.cookies())

    page = opens(person, topic)
    page.evaluate("navigator.locks.query()")
    expect(text(page)).to_have_value("")
    assert "nobody's eyes" not in page.content()

    person.context.clear_cookies()
    page.goto(topic.get_absolute_url())
    assert page.locator("textarea[data-composer]").count() == 0
    person.context.add_cookies(cookies)
    expect(text(opens(person, topic, page))).to_have_value("For nobody's eyes")


def test_what_the_database_has_is_no_draft_though_its_page_never_came(person, topic, ada):
    page = opens(person, topic)
    types(page, "Saved, but nobody was told.")
    expect(page.locator(".form__state")).to_have_text("Draft saved")
    sends_without_hearing(page)
    page.close()

    page = opens(person, topic)

    expect(page.locator("#post-2")).to_contain_text("nobody was told")
    page.evaluate("fetch('/').then((answer) => answer.text())")
    expect(text(page)).to_have_value("")
    assert page.evaluate(KEPT) == []


def test_no_more_is_kept_than_fifty_drafts_of_a_month(person, topic):
    page = opens(person, topic)
    page.evaluate(FILLED)

    opens(person, topic, page)

    until(lambda: len(page.evaluate(KEPT)) <= 50)
    kept = page.evaluate(KEPT)
    assert "old 1" not in kept
    assert "new 59" in kept


STORE = """new Promise((resolve, reject) => {
  const request = indexedDB.open("parley", 1);
  request.onerror = () => reject(request.error);
  request.onsuccess = () => resolve(request.result);
})"""
KEPT = f"""{STORE}.then((database) => new Promise((resolve) => {{
  const request = database.transaction("drafts").objectStore("drafts").getAllKeys();
  request.onsuccess = () => resolve(request.result);
}}))"""
COPIES = "Object.keys(localStorage).filter((key) => key.startsWith('draft '))"
FILLED = f"""{STORE}.then((database) => new Promise((resolve) => {{
  const transaction = database.transaction("drafts", "readwrite");
  const put = (id, at) => transaction.objectStore("drafts").put(
    {{ id, at, member: "0", action: "/", base: {{}}, fields: {{ body: "x" }} }});
  for (let n = 0; n < 60; n++) put(`new ${{n}}`, Date.now() - 60000 + n);
  put("old 1", Date.now() - 31 * 24 * 3600 * 1000);
  transaction.oncomplete = () => resolve();
}}))"""
