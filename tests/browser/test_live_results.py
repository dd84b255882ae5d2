"""Results of a search stay current while their page is open, for guests and members."""

import pytest
from playwright.sync_api import expect

from forum.models import Topic
from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture(params=["guest", "member"])
def reader(request, visit, transactional_db):
    return visit(world.member("grace") if request.param == "member" else None)


def results(page):
    return page.locator(".results .writing")


def ends_like_a_fresh_page(page, visit, reader):
    live = results(page).all_inner_texts()
    page.reload()
    assert results(page).all_inner_texts() == live


def test_what_is_posted_edited_renamed_and_hidden_shows_at_once(reader, visit, ada, mo, topic):
    elsewhere, moderator = world.category("Lounge", readers=["Moderators"]), visit(mo)
    page = reader.opens_live("/search/?q=kettle")
    expect(page.locator(".results")).to_contain_text("No post was found")

    post = topic.reply(ada, "The kettle sings.")
    expect(results(page)).to_contain_text("The kettle sings.")
    post.edit(ada, "The kettle is silent.")
    expect(results(page)).to_contain_text("is silent")
    moderator.sends(f"/t/{topic.pk}/edit/", title="A kettle, and tea")
    expect(results(page)).to_have_count(2)
    expect(results(page).first).to_contain_text("A kettle, and tea")
    ends_like_a_fresh_page(page, visit, reader)
    page.locator("live-status[data-state=live]").wait_for(state="attached")
    # by the site: what this process hides, pages of a search learn within a minute only
    moderator.sends(f"/p/{post.pk}/hide/")
    expect(results(page)).to_have_count(1)
    moderator.sends(f"/t/{topic.pk}/move/", category=elsewhere.pk)
    expect(page.locator(".results")).to_contain_text("No post was found")


def test_what_was_missed_offline_is_there_afterwards(reader, ada, topic):
    page = reader.opens_live("/search/?q=kettle")
    reader.context.set_offline(True)
    page.locator("live-status:not([data-state=live])").wait_for(state="attached")
    topic.reply(ada, "The kettle sings.")
    reader.context.set_offline(False)

    expect(results(page)).to_contain_text("The kettle sings.")


def test_private_posts_never_show(reader, iris, topic):
    page = reader.opens_live("/search/?q=kettle")
    lounge = world.lounge()
    Topic.start(iris, lounge, "Secret kettle", "The kettle is a secret.")
    Topic.start(iris, topic.category, "Kettles", "A kettle for all.")

    expect(results(page)).to_have_count(1)
    expect(results(page)).to_contain_text("A kettle for all.")


def test_what_is_typed_meanwhile_is_not_disturbed(reader, ada, topic):
    page = reader.opens_live("/search/?q=kettle")
    field = page.get_by_label("Search the forum")
    field.fill("kettle tea")
    topic.reply(ada, "The kettle sings.")
    topic.reply(ada, "The kettle and tea.")

    expect(results(page).first).to_contain_text("tea")
    expect(field).to_have_value("kettle tea")
    expect(field).to_be_focused()
