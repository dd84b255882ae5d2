"""Posts that others may edit, too."""

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def topic(transactional_db):
    return world.topic(world.member("ada"), world.category("Help"))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_moderator_makes_a_wiki_and_members_edit_it(topic, visit, scripts):
    guest, grace = visit(), visit(world.member("grace"))
    moderator = visit(world.moderator(), scripts=scripts)
    for reader in (guest, grace):
        page = reader.opens_live(topic)
        expect(page.locator("#post-1 .post__own")).to_be_hidden()

    page = moderator.opens(topic)
    page.locator("#post-1 [data-menu]").click()
    page.get_by_role("link", name="Wiki").click()
    page.get_by_label("Who may edit this post").select_option(label="Everybody who may write here")
    page.locator("main").get_by_role("button", name="Save").click()
    expect(page.locator("#post-1 .badge")).to_have_text("Wiki")

    for reader, may in ((guest, False), (grace, True)):
        expect(reader.page.locator("#post-1 .badge")).to_have_text("Wiki")
        expect(reader.page.locator("#post-1 .post__own")).to_be_visible(visible=may)
    guest.ends_like_a_fresh_page(topic)

    page = visit(grace.user, scripts=False).opens(topic)
    page.locator("#post-1 .post__own").click()
    page.locator("textarea[name=body]").fill("Milk.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(guest.page.locator("#post-1 .post__body")).to_have_text("Milk.")
