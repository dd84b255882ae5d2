"""An answer is accepted in place and without scripts, and open pages follow what becomes of it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def topic(transactional_db):
    category = world.category("Help", takes_answers=True)
    return world.topic(world.member("ada", name="Ada Lovelace"), category, replies=3)


def answer(person):
    return person.page.locator("#post-1 .answer")


def test_the_asker_accepts_and_all_pages_show_it(topic, visit):
    asker, reader = visit(topic.author), visit(world.member("grace"))
    guest, lists = visit(), visit()
    for person in (asker, reader, guest):
        person.opens_live(topic)
    lists.opens_live("/")
    expect(reader.page.locator("#post-2 .post__accept")).to_be_hidden()

    asker.page.get_by_role("button", name="Accept post 2 as the answer").click()
    for person in (asker, reader, guest):
        expect(answer(person)).to_contain_text("Reply number 2.")
        expect(person.page.locator("#post-2 .post__answer")).to_be_visible()
        expect(person.page.locator("#topic-header .badge--solved")).to_be_visible()
    expect(lists.page.locator(".row__mark--solved")).to_be_visible()
    guest.ends_like_a_fresh_page(topic)

    asker.page.get_by_role("button", name="Accept post 3 as the answer").click()
    for person in (asker, reader, guest):
        expect(answer(person)).to_contain_text("Reply number 3.")
    asker.page.get_by_role("button", name="Take back that post 3 is the answer").click()
    for person in (asker, reader, guest):
        expect(answer(person)).to_have_count(0)
    expect(lists.page.locator(".row__mark--solved")).to_have_count(0)
    guest.ends_like_a_fresh_page(topic)


def test_a_page_follows_an_answer_that_is_edited_hidden_and_restored(topic, visit):
    reply = topic.posts.get(number=2)
    reply.accept()
    reader = visit()
    reader.opens_live(topic)
    expect(answer(reader)).to_contain_text("Reply number 2.")

    reply.edit(reply.author, "A better word.")
    expect(answer(reader)).to_contain_text("A better word.")
    reply.hide(world.moderator())
    expect(answer(reader)).to_have_count(0)
    expect(reader.page.get_by_text("A better word.")).to_have_count(0)
    reply.restore()
    expect(answer(reader)).to_contain_text("A better word.")
    reader.ends_like_a_fresh_page(topic)


def test_without_scripts_it_is_a_form(topic, visit):
    asker = visit(topic.author, scripts=False)
    page = asker.opens(topic)
    page.get_by_role("button", name="Accept post 3 as the answer").click()
    page.wait_for_url("**#post-3")
    expect(answer(asker)).to_contain_text("Reply number 3.")

    page.get_by_role("button", name="Take back that post 3 is the answer").click()
    page.wait_for_url("**#post-3")
    expect(answer(asker)).to_have_count(0)


def test_what_fails_is_said_below_the_post(topic, visit):
    asker = visit(topic.author)
    page = asker.opens_live(topic)
    page.route("**/answer/", lambda route: route.abort())
    page.get_by_role("button", name="Accept post 2 as the answer").click()

    expect(page.locator("#post-2 .notice--error")).to_contain_text("could not be saved")


def test_a_category_that_takes_no_answers_offers_none(topic, visit):
    elsewhere = world.category("Chat")
    asker = visit(topic.author)
    page = asker.opens_live(topic)
    expect(page.locator("#post-2 .post__accept")).to_be_visible()

    asker.hurries()
    topic.move(elsewhere)
    expect(page.locator("#post-2 .post__accept")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(topic, visit, scheme):
    topic.posts.get(number=2).accept()
    asker = visit(topic.author, color_scheme=scheme)
    asker.opens_live(topic)
    results = [Axe().run(asker.page)]
    asker.opens("/")
    results.append(Axe().run(asker.page))

    assert [found.generate_report() for found in results if found.violations_count] == []
