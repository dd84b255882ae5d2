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
