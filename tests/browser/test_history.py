"""The history of a post: what people do with its versions."""

import pytest
from playwright.sync_api import expect

from tests.support import world


@pytest.fixture
def ada(transactional_db):
    return world.member("ada", name="Ada Lovelace")


@pytest.fixture
def mo(transactional_db):
    return world.moderator()


@pytest.fixture
def topic(ada):
    topic = world.topic(ada, world.category("Help"))
    topic.posts.get().edit(ada, "Never mind.")
    return topic


@pytest.mark.parametrize("scripts", [True, False])
def test_a_moderator_reverts_and_open_pages_show_it(topic, mo, visit, scripts):
    reader = visit()
    reader.opens_live(topic)
    page = visit(mo, scripts=scripts).opens(topic)
    expect(page.locator("#post-1 .post__body")).to_have_text("Never mind.")

    page.locator("#post-1 .post__edited").click()
    page.get_by_role("link", name="Revert to version 1").click()
    expect(page.locator("main ins")).to_have_text("I wonder")
    page.get_by_role("button", name="Revert").click()

    expect(page.locator("#post-1 .post__body")).to_have_text("I wonder.")
    expect(reader.page.locator("#post-1 .post__body")).to_have_text("I wonder.")
    reader.ends_like_a_fresh_page(topic)
    page.locator("#post-1 .post__edited").click()
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
    page.locator("#post-1 .post__edited").click()
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
