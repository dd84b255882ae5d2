"""Edits that could not be sent wait at their posts, and are saved once when they can be."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db.models import Max
from playwright.sync_api import expect

from forum.drafts.models import Draft
from forum.models import PersonalChange
from tests.browser.people import COMPOSER, MARKS, closes, ends_sessions, loses_answer
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

TEXT = "I wonder, and wonder."


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=2)


@pytest.fixture
def post(topic):
    return topic.posts.get(number=1)


@pytest.fixture
def person(visit, ada):
    return visit(ada)


@pytest.fixture
def page(person, topic):
    return person.opens_live(topic)


def article(page):
    return page.locator("#post-1")


def text(page):
    return article(page).locator("textarea[data-composer]")


def body(page):
    return article(page).locator(".post__body")


def waiting(page):
    return article(page).locator(".waiting__post")


def opens_form(page):
    article(page).get_by_role("link", name="Edit", exact=True).click()
    article(page).locator(COMPOSER).wait_for()
    text(page).focus()
    page.locator("waiting-posts:defined").first.wait_for(state="attached")
    article(page).locator("waiting-posts").wait_for(state="attached")


def edits(page, words=TEXT):
    opens_form(page)
    text(page).fill(words)
    text(page).press("Control+Enter")


def fails(target, status=None):
    target.route(
        "**/update/", lambda route: route.fulfill(status=status) if status else route.abort()
    )


def edits_in_vain(page, words=TEXT):
    fails(page)
    edits(page, words)
    expect(waiting(page)).to_contain_text(words)


def versions(post):
    post.refresh_from_db()
    return post.version, post.body


def last_change(member):
    return PersonalChange.objects.filter(member=member).aggregate(last=Max("change"))["last"]


def test_without_a_network_an_edit_waits_at_its_post_and_is_sent_once_it_is_back(
    person, page, post
):
    opens_form(page)
    text(page).fill(TEXT)
    person.context.set_offline(True)
    text(page).press("Control+Enter")

    expect(waiting(page)).to_contain_text("Waiting to be sent")
    expect(waiting(page)).to_contain_text(TEXT)
    expect(text(page)).to_have_count(0)
    expect(body(page)).to_have_text("I wonder.")

    person.context.set_offline(False)
    expect(body(page)).to_have_text(TEXT)
    expect(waiting(page)).to_have_count(0)
    assert versions(post) == (2, TEXT)
    assert page.evaluate(MARKS) == []
    until(lambda: not Draft.objects.exists())


def test_where_an_edit_waited_nothing_stays_in_the_post(page):
    edits_in_vain(page)
    page.unroute("**/update/")

    expect(body(page)).to_have_text(TEXT)
    expect(article(page).locator("waiting-posts")).to_have_count(0)


def test_an_edit_from_a_page_of_its_own_leaves_no_draft(person, ada, post):
    page = person.opens_live(f"/p/{post.pk}/edit/")
    field = page.locator(COMPOSER)
    field.focus()
    page.locator("waiting-posts:defined").wait_for(state="attached")
    fails(page)
    field.fill(TEXT)
    until(lambda: Draft.objects.exists())
    field.press("Control+Enter")
    expect(page.locator(".waiting__post")).to_contain_text(TEXT)
    page.unroute("**/update/")

    expect(page.locator(".waiting__post")).to_contain_text("Sent")
    until(lambda: page.evaluate("document.body.dataset.personal").endswith(f":{last_change(ada)}"))
    page.goto("/drafts/")
    page.goto("/drafts/")

    expect(page.locator("main")).to_contain_text("No drafts.")
    assert versions(post) == (2, TEXT)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_forum_that_is_away_is_asked_again_until_it_takes_the_edit(page, post, status):
    fails(page, status)
    edits(page)
    expect(waiting(page)).to_contain_text("Waiting to be sent")
    page.unroute("**/update/")

    expect(body(page)).to_have_text(TEXT)
    assert versions(post) == (2, TEXT)


def test_an_answer_that_got_lost_is_asked_for_again_and_changes_nothing_more(page, post):
    lost = loses_answer(page, "**/update/")
    edits(page)
    until(lambda: page.wait_for_timeout(20) or lost)

    expect(body(page)).to_have_text(TEXT)
    expect(waiting(page)).to_have_count(0)
    expect(text(page)).to_have_count(0)
    assert versions(post) == (2, TEXT)


def test_a_lost_answer_undoes_nothing_that_somebody_else_wrote_since(visit, page, post):
    page.route("**/update/", lambda route: route.abort())
    lost = loses_answer(page, "**/update/")
    edits(page)
    until(lambda: page.wait_for_timeout(20) or lost)
    until(lambda: versions(post) == (2, TEXT))
    mo = visit(world.moderator())
    mo.sends(f"/p/{post.pk}/update/", body="What Mo wrote.", version="2")
    page.unroute("**/update/")

    until(lambda: page.evaluate(MARKS) == [])
    expect(body(page)).to_have_text("What Mo wrote.")
    assert versions(post) == (3, "What Mo wrote.")


@pytest.mark.parametrize("end", ["closed", "reloaded", "elsewhere"])
def test_what_waits_is_sent_by_the_next_page_whichever_it_is(person, page, topic, post, end):
    edits_in_vain(page)
    if end == "closed":
        page.close()
        page = person.context.new_page()
    page.unroute("**/update/")
    page.goto("/" if end == "elsewhere" else topic.get_absolute_url())

    until(lambda: page.evaluate(MARKS) == [])
    assert versions(post) == (2, TEXT)
    if end != "elsewhere":
        expect(body(page)).to_have_text(TEXT)
        expect(waiting(page)).to_have_count(0)


def test_after_a_reload_it_still_waits_at_its_post(page):
    edits_in_vain(page)
    page.reload()

    expect(waiting(page)).to_contain_text(TEXT)
    expect(waiting(page)).to_contain_text("Waiting to be sent")


def test_nobody_else_in_the_browser_sees_or_sends_it(person, page, topic, post, visit):
    fails(person.context)
    edits_in_vain(page)
    closes(page)
    mo = visit(world.moderator())
    person.context.clear_cookies()
    person.context.add_cookies(mo.context.cookies())
    person.context.unroute("**/update/")

    page = person.context.new_page()
    page.goto(topic.get_absolute_url())
    page.locator("textarea[data-composer]").focus()
    page.locator("waiting-posts:defined").first.wait_for(state="attached")
    page.evaluate("navigator.locks.query()")
    expect(waiting(page)).to_have_count(0)
    assert TEXT not in page.content()
    assert versions(post) == (1, "I wonder.")


def test_signed_out_meanwhile_one_signs_in_and_it_is_sent(page, post):
    opens_form(page)
    ends_sessions(page)
    text(page).fill(TEXT)
    text(page).press("Control+Enter")
    expect(waiting(page)).to_contain_text("Not sent: you've been signed out")
    waiting(page).get_by_role("link", name="Sign in").click()
    page.locator("main input[name=login]").fill("ada")
    page.locator("main input[name=password]").fill(world.PASSWORD)
    page.locator("main form .button--main").first.click()

    expect(body(page)).to_have_text(TEXT)
    assert versions(post) == (2, TEXT)


def test_where_the_page_knows_of_it_one_signs_in_and_goes_on_with_the_text(page, post):
    opens_form(page)
    ends_sessions(page)
    page.evaluate("delete document.body.dataset.user")  # as reader.js does once it has noticed
    text(page).fill(TEXT)
    text(page).press("Control+Enter")

    expect(page.locator("main")).to_contain_text("Not signed in")
    expect(page.locator("main")).to_contain_text(TEXT)
    page.locator("main input[name=login]").fill("ada")
    page.locator("main input[name=password]").fill(world.PASSWORD)
    page.locator("main form .button--main").first.click()
    expect(page.locator("textarea[data-composer]")).to_have_value(TEXT)


def test_a_conflict_meanwhile_brings_it_back_into_the_form_beside_the_current_text(
    page, visit, post
):
    edits_in_vain(page)
    visit(world.moderator()).sends(f"/p/{post.pk}/update/", body="What Mo wrote.", version="1")
    expect(body(page)).to_have_text("What Mo wrote.")
    page.unroute("**/update/")

    expect(waiting(page)).to_contain_text("has edited this post")
    waiting(page).get_by_role("button", name="Edit").click()
    expect(text(page)).to_have_value(TEXT)
    expect(article(page).locator(".conflict pre")).to_have_text("What Mo wrote.")
    expect(waiting(page)).to_have_count(0)
    text(page).fill("Both.")
    text(page).press("Control+Enter")
    expect(body(page)).to_have_text("Both.")
    assert versions(post) == (3, "Both.")


def test_what_is_refused_says_why_and_can_be_edited(page, post):
    edits_in_vain(page, "x" * 33_000)
    page.unroute("**/update/")

    expect(waiting(page)).to_contain_text("at most 32000 characters")
    waiting(page).get_by_role("button", name="Edit").click()
    expect(article(page).locator(".errorlist")).to_contain_text("32000")
    text(page).fill(TEXT)
    text(page).press("Control+Enter")
    expect(body(page)).to_have_text(TEXT)


def test_a_post_whose_edit_waits_is_edited_on_from_there(page, post):
    edits_in_vain(page)
    opens_form(page)

    expect(text(page)).to_have_value(TEXT)
    expect(waiting(page)).to_have_count(0)
    page.unroute("**/update/")
    text(page).fill("I wonder no more.")
    text(page).press("Control+Enter")
    expect(body(page)).to_have_text("I wonder no more.")
    assert versions(post) == (2, "I wonder no more.")


def test_what_waits_can_be_discarded_and_had_back(page, post):
    edits_in_vain(page)
    waiting(page).get_by_role("button", name="Discard").click()
    expect(waiting(page)).to_contain_text("Discarded")
    page.unroute("**/update/")
    waiting(page).get_by_role("button", name="Undo").click()

    expect(body(page)).to_have_text(TEXT)
    assert versions(post) == (2, TEXT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_edit_that_waits(visit, ada, topic, scheme):
    person = visit(
        ada,
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = person.opens_live(topic)
    edits_in_vain(page)

    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
