"""Posts that could not be sent wait in the browser, in view of their author alone, and are sent
once when they can be.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.drafts.models import Draft
from tests.browser.people import (
    COMPOSER,
    MARKS,
    closes,
    ends_sessions,
    loses_answer,
    session_cookie,
)
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

TEXT = "Tea, of course."
SLOW_READS = """
const getAll = IDBObjectStore.prototype.getAll;
IDBObjectStore.prototype.getAll = function () {
  const request = getAll.call(this);
  const late = { get result() { return request.result; } };
  request.onsuccess = () => setTimeout(() => late.onsuccess(), window.delay ?? 0);
  return late;
};
"""


@pytest.fixture
def person(visit, ada):
    return visit(ada)


def opens(person, topic, page=None):
    page = page or person.context.new_page()
    page.goto(topic.get_absolute_url())
    page.locator(COMPOSER).wait_for()
    return page


def text(page):
    return page.locator("textarea[data-composer]")


def waiting(page):
    return page.locator(".waiting__post")


def outbox(page):
    """There as soon as its script has come."""
    return page.locator("waiting-posts:defined")


def does(page, name):
    waiting(page).get_by_role("button", name=name).click()


def sends(page, words=TEXT):
    text(page).fill(words)
    outbox(page).wait_for(state="attached")
    text(page).press("Control+Enter")


def fails(target, status=None):
    """What is sent from this page (or context) is not answered, or with this status."""
    target.route(
        "**/replies/",
        lambda route: route.fulfill(status=status) if status else route.abort(),
    )


def sends_in_vain(page, words=TEXT):
    fails(page)
    sends(page, words)
    expect(waiting(page).last).to_contain_text(words)


def bodies(topic):
    return [post.body for post in topic.posts.order_by("number")[1:]]


def test_without_a_network_a_reply_waits_in_view_and_is_sent_once_it_is_back(person, topic):
    page = opens(person, topic)
    text(page).focus()
    outbox(page).wait_for(state="attached")
    person.context.set_offline(True)
    sends(page)

    expect(waiting(page)).to_contain_text("Waiting to be sent")
    expect(waiting(page)).to_contain_text(TEXT)
    expect(text(page)).to_have_value("")
    expect(text(page)).to_be_focused()
    expect(page.locator(".form__state")).to_have_text("Kept here until it can be sent")
    sends(page, "And milk.")
    expect(waiting(page)).to_have_count(2)

    person.context.set_offline(False)
    expect(page.locator("#post-3")).to_contain_text("And milk.")
    expect(waiting(page)).to_have_count(0)
    assert bodies(topic) == [TEXT, "And milk."]
    assert page.evaluate(MARKS) == []


@pytest.mark.parametrize("status", [502, 503, 504, None])
def test_a_forum_that_is_away_is_asked_again_until_it_takes_the_post(person, topic, status):
    page = opens(person, topic)
    fails(page, status)
    sends(page)
    expect(waiting(page)).to_contain_text("Waiting to be sent")
    page.unroute("**/replies/")

    expect(page.locator("#post-2")).to_contain_text(TEXT)
    expect(waiting(page)).to_have_count(0)
    assert bodies(topic) == [TEXT]


@pytest.mark.store
def test_an_answer_that_got_lost_is_asked_for_again_and_posts_nothing_more(person, topic):
    page = opens(person, topic)
    lost = loses_answer(page, "**/replies/")
    sends(page)
    until(lambda: page.wait_for_timeout(20) or lost)

    expect(page.locator("#post-2")).to_contain_text(TEXT)
    expect(waiting(page)).to_have_count(0)
    assert bodies(topic) == [TEXT]


@pytest.mark.parametrize("end", ["closed", "reloaded", "elsewhere"])
def test_what_waits_is_sent_by_the_next_page_whichever_it_is(person, topic, end):
    page = opens(person, topic)
    sends_in_vain(page)
    if end == "closed":
        page.close()
        page = person.context.new_page()
    page.unroute("**/replies/")
    page.goto("/" if end == "elsewhere" else topic.get_absolute_url())

    until(lambda: page.evaluate(MARKS) == [])
    assert bodies(topic) == [TEXT]
    if end != "elsewhere":
        expect(page.locator("#post-2")).to_contain_text(TEXT)
        expect(waiting(page)).to_have_count(0)
        expect(text(page)).to_have_value("")


@pytest.mark.store
def test_what_was_being_sent_as_its_page_ended_is_sent_by_the_next(person, topic):
    page = opens(person, topic)
    page.route("**/replies/", lambda route: None)
    sends(page)
    expect(page.locator(".form__state")).to_have_text("Sending…")
    page.close()

    page = opens(person, topic)

    expect(page.locator("#post-2")).to_contain_text(TEXT)
    expect(text(page)).to_have_value("")
    assert bodies(topic) == [TEXT]


def test_what_is_sent_while_the_outbox_looks_for_posts_is_found_by_the_next_page(person, topic):
    page = person.context.new_page()
    page.add_init_script(SLOW_READS)
    page.route("**/replies/", lambda route: None)  # what is sent again gets no answer
    page.route("**/replies/", lambda route: route.abort(), times=1)
    opens(person, topic, page)
    page.evaluate("window.delay = 1000")
    sends(page)
    expect(waiting(page)).to_contain_text(TEXT)
    page.close()

    person.context.new_page().goto("/")

    until(lambda: bodies(topic) == [TEXT])


@pytest.mark.store
def test_two_tabs_send_it_once_and_both_show_it_no_longer(person, topic):
    one, other = opens(person, topic), opens(person, topic)
    fails(person.context)
    text(other).focus()
    sends(one)
    expect(waiting(one)).to_be_visible()
    expect(waiting(other)).to_contain_text(TEXT)
    person.context.unroute("**/replies/")

    for page in (one, other):
        expect(waiting(page)).to_have_count(0)
        expect(page.locator("#post-2")).to_contain_text(TEXT)
    assert bodies(topic) == [TEXT]


def test_nobody_else_in_the_browser_sees_or_sends_it(person, topic, visit):
    page = opens(person, topic)
    fails(person.context)  # also while the page is closed
    sends(page)
    expect(waiting(page)).to_contain_text(TEXT)
    closes(page)
    cookies, grace = person.context.cookies(), visit(world.member("grace"))
    person.context.clear_cookies()
    person.context.add_cookies(grace.context.cookies())

    page = opens(person, topic)
    text(page).focus()
    outbox(page).wait_for(state="attached")
    page.evaluate("navigator.locks.query()")
    expect(waiting(page)).to_have_count(0)
    assert TEXT not in page.content()
    assert bodies(topic) == []

    person.context.clear_cookies()
    person.context.add_cookies(cookies)
    person.context.unroute("**/replies/")
    page = opens(person, topic, page)
    expect(page.locator("#post-2")).to_contain_text(TEXT)
    assert topic.posts.get(number=2).author.username == "ada"


def test_a_page_whose_reader_is_another_now_sends_nothing_in_their_name(person, topic):
    page = opens(person, topic)
    page.route("**/js/reader.*", lambda route: route.abort())
    grace = world.member("grace")
    person.context.add_cookies([session_cookie(grace, person.address)])

    sends(page)

    expect(page.locator(".form__state")).to_contain_text("someone else is now signed in")
    expect(text(page)).to_have_value(TEXT)
    assert bodies(topic) == []


def test_signed_out_meanwhile_one_signs_in_and_it_is_sent(person, topic):
    page = opens(person, topic)
    text(page).focus()
    outbox(page).wait_for(state="attached")
    ends_sessions(page)
    sends(page)

    expect(waiting(page)).to_contain_text("Not sent: you've been signed out")
    waiting(page).get_by_role("link", name="Sign in").click()
    page.locator("main input[name=login]").fill("ada")
    page.locator("main input[name=password]").fill(world.PASSWORD)
    page.locator("main form .button--main").first.click()

    expect(page.locator("#post-2")).to_contain_text(TEXT)
    expect(waiting(page)).to_have_count(0)
    expect(text(page)).to_have_value("")
    assert bodies(topic) == [TEXT]


def test_refused_meanwhile_it_is_back_in_the_composer_with_the_reason(person, topic, settings):
    page = opens(person, topic)
    sends_in_vain(page, "x" * 33_000)
    page.unroute("**/replies/")

    expect(page.locator(".reply .errorlist")).to_contain_text("32000")
    assert text(page).input_value() == "x" * 33_000
    expect(waiting(page)).to_have_count(0)
    text(page).fill(TEXT)
    text(page).press("Control+Enter")
    expect(page.locator("#post-2")).to_contain_text(TEXT)
    assert bodies(topic) == [TEXT]


def test_what_was_refused_waits_while_something_else_stands_in_the_composer(person, topic):
    page = opens(person, topic)
    sends_in_vain(page, "x" * 33_000)
    text(page).fill("Something else.")
    page.unroute("**/replies/")

    expect(waiting(page)).to_contain_text("at most 32000 characters")
    expect(text(page)).to_have_value("Something else.")
    until(lambda: Draft.objects.filter(fields__body="Something else.").exists())
    expect(page.locator("[name=draft_version]")).not_to_have_value("0")
    does(page, "Edit")
    expect(waiting(page)).to_have_count(0)
    assert text(page).input_value() == "x" * 33_000
    text(page).fill(TEXT)
    text(page).press("Control+Enter")
    expect(page.locator("#post-2")).to_contain_text(TEXT)
    expect(text(page)).to_have_value("Something else.")


def test_in_a_topic_that_was_closed_meanwhile_it_stays_in_view_with_the_reason(person, topic):
    page = opens(person, topic)
    sends_in_vain(page)
    topic.close()
    expect(page.locator("p.reply")).to_be_visible(timeout=40_000)  # by the sweep
    page.unroute("**/replies/")
    does(page, "Send now")

    expect(waiting(page)).to_contain_text("This topic is closed to new replies")
    expect(waiting(page)).to_contain_text(TEXT)
    page.goto("/")
    notice = page.locator("[data-refused-post]")
    expect(notice).to_contain_text(TEXT)
    notice.get_by_role("link").click()
    expect(waiting(page)).to_contain_text(TEXT)


def test_of_a_topic_that_is_gone_the_text_can_be_had_everywhere(person, topic):
    page = opens(person, topic)
    sends_in_vain(page)
    closes(page)
    topic.move(world.lounge())

    page = person.context.new_page()
    page.goto("/")

    expect(page.locator("[data-refused-post]")).to_contain_text(TEXT)
    page.locator("[data-refused-post]").get_by_role("button", name="Discard").click()
    expect(page.locator("[data-refused-post]")).to_have_count(0)
    assert page.evaluate(MARKS) == []


def test_what_waits_can_be_edited_and_is_sent_as_it_was_edited(person, topic):
    page = opens(person, topic)
    sends_in_vain(page)
    does(page, "Edit")

    expect(waiting(page)).to_have_count(0)
    expect(text(page)).to_have_value(TEXT)
    expect(text(page)).to_be_focused()
    page.unroute("**/replies/")
    text(page).fill("Coffee, of course.")
    text(page).press("Control+Enter")
    expect(page.locator("#post-2")).to_contain_text("Coffee")
    assert bodies(topic) == ["Coffee, of course."]


@pytest.mark.store
def test_what_was_posted_without_an_answer_is_not_posted_again_in_other_words(person, topic):
    page = person.context.new_page()
    page.route_web_socket("**/ws/", lambda socket: None)
    opens(person, topic, page)
    fails(page)
    page.route("**/replies/", lambda route: (route.fetch(), route.abort()), times=1)
    sends(page)
    does(page, "Edit")
    text(page).fill("Coffee, of course.")
    page.unroute("**/replies/")
    text(page).press("Control+Enter")

    expect(page.locator(".form__state")).to_contain_text("earlier version of this text")
    expect(page.locator("#post-2")).to_contain_text(TEXT)
    expect(text(page)).to_have_value("Coffee, of course.")
    assert bodies(topic) == [TEXT]


def test_what_waits_can_be_discarded_and_had_back(person, topic):
    page = opens(person, topic)
    sends_in_vain(page)
    does(page, "Discard")
    expect(waiting(page)).to_contain_text("Discarded")
    expect(waiting(page).get_by_role("button", name="Undo")).to_be_focused()
    assert page.evaluate(MARKS) == []
    page.unroute("**/replies/")

    does(page, "Undo")

    expect(page.locator("#post-2")).to_contain_text(TEXT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_posts_that_wait_or_were_refused(visit, ada, topic, scheme):
    person = visit(
        ada,
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = opens(person, topic)
    sends_in_vain(page, "x" * 33_000)
    assert Axe().run(page).response["violations"] == []
    text(page).fill("Something else.")
    page.unroute("**/replies/")

    expect(waiting(page)).to_contain_text("at most 32000 characters")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    text(page).fill("")
    does(page, "Edit")
    expect(page.locator(".reply .errorlist")).to_be_visible()
    assert Axe().run(page).response["violations"] == []


def test_where_the_browser_keeps_nothing_it_stays_in_the_composer(person, topic):
    page = person.context.new_page()
    page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('refused'); };")
    opens(person, topic, page)
    text(page).focus()
    outbox(page).wait_for(state="attached")
    fails(page)
    sends(page)

    expect(page.locator(".form__state")).to_contain_text("The forum didn't respond")
    expect(text(page)).to_have_value(TEXT)
    expect(waiting(page)).to_have_count(0)


def test_one_that_belongs_on_another_page_says_where_it_is(person, topic, ada):
    for number in range(2, 21):
        topic.reply(ada, f"Reply number {number}.")
    page = opens(person, topic)
    sends_in_vain(page)
    page.unroute("**/replies/")

    expect(waiting(page)).to_contain_text("Sent")
    waiting(page).get_by_role("link", name="Show").click()
    expect(page.locator("#post-21")).to_contain_text(TEXT)
