"""The history of a post: what people do with its versions, and how open pages tell of edits."""

import re

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def topic(ada):
    topic = world.topic(ada, world.category("Help"))
    topic.posts.get().edit(ada, "Never mind.")
    return topic


def opens_history(page, scripts):
    if scripts:
        page.locator("live-status[data-state=live]").wait_for(state="attached")
    page.locator("#post-1 .post__edited").click()
    if scripts:
        page.locator(".changes a").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_moderator_reverts_and_open_pages_show_it(topic, mo, visit, scripts):
    reader = visit()
    reader.opens_live(topic)
    page = visit(mo, scripts=scripts).opens(topic)
    expect(page.locator("#post-1 .post__body")).to_have_text("Never mind.")

    opens_history(page, scripts)
    page.get_by_role("link", name="Revert to version 1").click()
    expect(page.locator("main ins")).to_have_text("I wonder")
    page.get_by_role("button", name="Revert").click()

    expect(page.locator("#post-1 .post__body")).to_have_text("I wonder.")
    expect(reader.page.locator("#post-1 .post__body")).to_have_text("I wonder.")
    reader.ends_like_a_fresh_page(topic)
    opens_history(page, scripts)
    expect(page.locator(".version").first).to_contain_text("Reverted to version 1")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_moderator_hides_a_leaked_secret(topic, ada, mo, visit, scripts):
    post = topic.posts.get()
    post.edit(ada, "My password is hunter2.")
    page = visit(mo, scripts=scripts).opens(f"/p/{post.pk}/history/")

    page.get_by_role("link", name="Hide version 3").click()
    page.get_by_role("link", name="Edit the post").click()
    page.locator("textarea[name=body]").fill("My password is safe.")
    page.get_by_role("button", name="Save", exact=True).click()
    opens_history(page, scripts)
    page.get_by_role("link", name="Hide version 3").click()
    page.get_by_label("Reason").fill("A password")
    page.get_by_role("button", name="Hide").click()

    expect(page.locator("main")).to_contain_text("only moderators see this. A password")
    seen = visit(ada, scripts=scripts).opens(f"/p/{post.pk}/history/?view=sides")
    expect(seen.locator("main")).to_contain_text("Hidden by a moderator")
    expect(seen.locator("main")).not_to_contain_text("hunter2")

    page.get_by_role("button", name="Restore version 3").click()
    expect(page.get_by_role("link", name="Revert to version 3")).to_be_visible()
    seen.reload()
    expect(seen.locator("main")).to_contain_text("hunter2")


def test_an_author_is_offered_an_edit_as_long_as_it_works(topic, ada, mo, visit, monkeypatch):
    """The site of these tests has no edit window: a post says so by its `data-until`."""
    ends = "2000-01-01T00:00:00Z"
    script = """([until]) => {
      const link = document.querySelector("#post-1 .post__own");
      link.dataset.until = until;
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    for who, shown in ((ada, False), (mo, True)):
        page = visit(who).opens_live(topic)
        if who == mo:
            page.evaluate(
                "document.querySelector('#post-1').dataset.author = document.body.dataset.user"
            )
        link = page.locator("#post-1 .post__own")
        expect(link).to_be_visible()
        page.evaluate(script, ["2999-01-01T00:00:00Z"])
        expect(link).to_be_visible()
        page.evaluate(script, [ends])
        expect(link).to_be_visible(visible=shown)


NEWS = "#post-1 .post__edited > span"


def edits(person, topic, body, reason=""):
    post = topic.posts.get(number=1)
    person.sends(f"/p/{post.pk}/update/", body=body, reason=reason, version=post.version)


def test_an_edit_is_offered_to_be_looked_at_on_open_and_fresh_pages(topic, mo, visit):
    reader, editor = visit(), visit(mo)
    page = reader.opens_live(topic)

    edits(editor, topic, "Never mind that.", "clearer")

    expect(page.locator(NEWS)).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("Post 1 was edited.")
    reader.ends_like_a_fresh_page(topic)
    page.locator("#post-1 .post__edited").click()
    changes = page.locator(".changes")
    expect(changes.locator("ins")).to_have_text("mind that")
    expect(changes).to_contain_text("clearer")
    expect(changes.locator(".source")).to_be_focused()
    page.keyboard.press("Escape")
    expect(changes).to_be_hidden()
    expect(page.locator("#post-1 .post__body")).to_have_text("Never mind that.")
    assert reader.errors == []


def test_those_who_edit_are_told_nothing_of_it(topic, ada, mo, visit):
    author, editor = visit(ada), visit(mo)
    for person in (author, editor):
        person.opens_live(topic)

    edits(editor, topic, "Never mind that.")
    expect(author.page.locator(NEWS)).to_be_visible()
    expect(editor.page.locator("#post-1 .post__body")).to_have_text("Never mind that.")
    expect(editor.page.locator(NEWS)).to_be_hidden()

    edits(author, topic, "Never mind.")
    expect(editor.page.locator(NEWS)).to_be_visible()
    expect(author.page.locator("#post-1 .post__body")).to_have_text("Never mind.")
    expect(author.page.locator(NEWS)).to_be_hidden()


def test_after_a_while_it_is_only_an_edit(topic, mo, visit):
    reader, editor = visit(), visit(mo)
    reader.page.clock.install()
    page = reader.opens_live(topic)
    edits(editor, topic, "Never mind that.")
    expect(page.locator(NEWS)).to_be_visible()

    page.clock.run_for(6 * 60 * 1000)

    expect(page.locator(NEWS)).to_be_hidden()
    expect(page.locator("#post-1 .post__edited")).to_be_visible()


def test_nothing_moves_that_is_read_when_marks_of_edits_come_and_go(ada, mo, visit):
    topic = world.topic(ada, world.category("Ideas"), body="Long. " * 400, replies=12)
    reader, editor = visit(viewport={"width": 320, "height": 700}), visit(mo)
    reader.page.clock.install()
    page = reader.opens_live(topic)
    page.locator("#post-8").scroll_into_view_if_needed()
    where = "document.querySelector('#post-8').getBoundingClientRect().top"
    before = page.evaluate(where)

    edits(editor, topic, "Long. " * 300)
    expect(page.locator(NEWS)).to_be_attached()
    page.locator("#post-1[data-version='2']").wait_for()
    assert abs(page.evaluate(where) - before) < 1

    page.clock.run_for(6 * 60 * 1000)
    expect(page.locator(NEWS)).to_be_hidden()
    assert abs(page.evaluate(where) - before) < 1


def test_without_scripts_an_edit_leads_to_the_history(topic, visit):
    page = visit(scripts=False).opens(topic)
    expect(page.locator(NEWS)).to_be_hidden()

    page.locator("#post-1 .post__edited").click()

    expect(page).to_have_url(re.compile(r"/p/\d+/history/$"))
    expect(page.locator(".version")).to_have_count(2)
