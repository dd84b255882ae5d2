"""What becomes of a form that is sent while the network, the server or the session is gone, or
whose page was left.
"""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from forum.drafts.models import Draft
from tests.browser.people import COMPOSER, session_cookie
from tests.support import world
from tests.support.chromium import CHROMIUM

pytestmark = pytest.mark.once

TEXT = "Tea, of course."
TAKE_OVER = """async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(),
  "text/html");
  document.body.dataset.user = page.body.dataset.user;
  const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
}"""  # what reader.js does once it has noticed that somebody else is signed in


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=25)


@pytest.fixture
def writing(visit, ada, topic):
    page = visit(ada).opens(f"{topic.get_absolute_url()}?page=2")
    page.locator(COMPOSER).wait_for()
    text(page).fill(TEXT)
    return page


def text(page):
    return page.locator("textarea[data-composer]")


def state(page):
    return page.locator(".form__state")


def sends(page):
    page.get_by_role("button", name="Reply", exact=True).click()


def same_page(page):
    """A function that says whether this page is still the one that was there when it was made."""
    page.evaluate("document.body.dataset.same = 'page'")
    return lambda: page.evaluate("document.body.dataset.same") == "page"


def waiting(page):
    return page.locator(".waiting__post")


def test_a_reply_is_posted_without_leaving_the_page(writing, topic):
    is_same = same_page(writing)
    text(writing).press("Control+Enter")

    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    expect(writing.locator("#post-27")).to_be_in_viewport()
    expect(text(writing)).to_have_value("")
    expect(text(writing)).to_be_focused()
    expect(state(writing)).to_have_text("Posted")
    text(writing).fill("And milk.")
    text(writing).press("Control+Enter")
    expect(writing.locator("#post-28")).to_contain_text("And milk.")
    assert is_same()
    assert topic.posts.count() == 28


def test_what_was_posted_in_place_is_what_a_fresh_page_shows(visit, ada, topic):
    person = visit(ada)
    address = f"{topic.get_absolute_url()}?page=2"
    page = person.opens_live(address)
    person.hurries()
    page.locator(COMPOSER).wait_for()
    text(page).fill(TEXT)
    sends(page)
    expect(state(page)).to_have_text("Posted")

    person.ends_like_a_fresh_page(topic, address)


@pytest.mark.parametrize("first", ["answer", "push"])
def test_a_post_is_there_once_whether_its_answer_or_its_push_comes_first(visit, ada, topic, first):
    page = visit(ada).page
    held = []
    if first == "answer":
        page.route_web_socket("**/ws/", lambda socket: None)  # opens, and says nothing
    page.goto(f"{topic.get_absolute_url()}?page=2")
    page.locator(COMPOSER).wait_for()
    if first == "push":
        page.locator("live-status[data-state=live]").wait_for(state="attached")
        page.route("**/replies/", lambda route: held.append((route, route.fetch())))
    text(page).fill(TEXT)
    sends(page)

    if first == "push":
        expect(page.locator("#post-27")).to_contain_text(TEXT)
        expect(text(page)).to_have_value(TEXT)
        route, answer = held.pop()
        route.fulfill(response=answer)
    expect(text(page)).to_have_value("")
    expect(page.locator("#post-27")).to_contain_text(TEXT)
    assert page.locator(".post", has_text=TEXT).count() == 1


def test_a_draft_that_came_with_the_page_is_gone_once_it_was_sent(visit, ada, topic):
    path = f"/t/{topic.pk}/replies/"
    Draft.objects.keep(ada, path, {"body": TEXT}, 0, timezone.now())
    page = visit(ada).opens(f"{topic.get_absolute_url()}?page=2")
    page.locator(COMPOSER).wait_for()
    expect(text(page)).to_have_value(TEXT)
    expect(page.get_by_role("button", name="Save draft")).to_have_count(0)  # scripts do that
    sends(page)

    expect(page.locator("#post-27")).to_contain_text(TEXT)
    expect(text(page)).to_have_value("")


def test_the_focus_stays_where_somebody_has_gone_meanwhile(writing, topic):
    held = []
    writing.route("**/replies/", lambda route: held.append(route))
    with writing.expect_request("**/replies/"):
        text(writing).press("Control+Enter")
    search = writing.get_by_role("textbox", name="Post number")
    search.focus()
    held.pop().continue_()

    expect(state(writing)).to_have_text("Posted")
    expect(search).to_be_focused()


def test_from_an_earlier_page_of_the_topic_one_is_led_to_the_post(writing, topic):
    writing.goto(topic.get_absolute_url())
    writing.locator(COMPOSER).wait_for()
    expect(text(writing)).to_have_value(TEXT)
    sends(writing)

    writing.wait_for_url("**?page=2#post-27")
    expect(writing.locator("#post-27")).to_be_in_viewport()


def test_a_post_whose_end_is_out_of_view_is_brought_into_view(visit, ada, topic):
    page = visit(ada, viewport={"width": 390, "height": 600}).opens(
        f"{topic.get_absolute_url()}?page=2"
    )
    page.locator(COMPOSER).wait_for()
    text(page).fill("A line.\n\n" * 12)
    page.locator("#post-21").scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, 0)")
    text(page).evaluate("area => area.form.requestSubmit()")

    expect(page.locator("#post-27")).to_be_in_viewport()


def test_an_error_stands_in_the_form_and_goes_when_it_is_mended(writing, topic):
    is_same = same_page(writing)
    text(writing).evaluate("area => { area.value = 'x'.repeat(33000); }")
    sends(writing)

    expect(writing.locator(".reply .errorlist")).to_contain_text("32000")
    expect(text(writing)).to_be_focused()
    expect(text(writing)).to_have_attribute("aria-invalid", "true")
    assert len(text(writing).input_value()) == 33_000
    text(writing).fill(TEXT)
    sends(writing)
    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    expect(writing.locator(".errorlist")).to_have_count(0)
    assert is_same()


def test_a_topic_that_was_closed_meanwhile_says_so_in_the_form(visit, ada, topic):
    page = visit(ada).page
    page.route_web_socket("**/ws/", lambda socket: None)
    page.goto(f"{topic.get_absolute_url()}?page=2")
    page.locator(COMPOSER).wait_for()
    text(page).fill(TEXT)
    topic.close()
    sends(page)

    expect(page.locator(".reply .errorlist")).to_contain_text("This topic is closed")
    expect(text(page)).to_have_value(TEXT)


def test_a_topic_that_was_moved_out_of_sight_says_so_and_keeps_the_text(visit, ada, topic):
    page = visit(ada).page
    page.route_web_socket("**/ws/", lambda socket: None)
    page.goto(f"{topic.get_absolute_url()}?page=2")
    page.locator(COMPOSER).wait_for()
    text(page).fill(TEXT)
    topic.move(world.lounge())
    sends(page)

    expect(page.locator("main")).to_contain_text("no longer available")
    expect(text(page)).to_have_value(TEXT)


ANSWERS = {400: "Not accepted (error 400)", 413: "Not accepted (error 413)", 500: "couldn't save"}


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_sending_again_would_not_help_stays_in_the_form(writing, topic, answer):
    writing.route("**/replies/", lambda route: route.fulfill(status=answer))
    sends(writing)

    expect(state(writing)).to_contain_text(ANSWERS[answer])
    expect(text(writing)).to_have_value(TEXT)
    expect(waiting(writing)).to_have_count(0)
    expect(writing.get_by_role("button", name="Reply", exact=True)).to_be_enabled()
    writing.unroute("**/replies/")
    sends(writing)
    expect(writing.locator("#post-27")).to_contain_text(TEXT)


def test_a_form_that_has_expired_is_sent_with_a_fresh_token(writing, topic):
    is_same = same_page(writing)
    writing.evaluate(
        "document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(field => field.value ="
        " 'x'.repeat(64))"
    )
    sends(writing)

    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    assert is_same()


def signs_in_elsewhere(page, name):
    """In another tab of the browser, after the session has ended."""
    Session.objects.all().delete()
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.locator("main input[name=login]").fill(name)
    other.locator("main input[name=password]").fill(world.PASSWORD)
    other.locator("main form .button--main").first.click()
    other.wait_for_url("**/")
    return other


def test_what_another_member_sends_from_this_page_is_sent_in_their_name_only_when_they_mean_it(
    writing, topic
):
    grace = world.member("grace")
    writing.context.add_cookies([session_cookie(grace, writing.url.split("/t/")[0])])
    writing.evaluate(TAKE_OVER)
    writing.locator(f"body[data-user='{grace.pk}']").wait_for(state="attached")

    sends(writing)
    expect(state(writing)).to_contain_text("someone else is now signed in")
    assert topic.posts.count() == 26
    sends(writing)

    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    assert topic.posts.get(number=27).author == grace


def test_signed_in_anew_in_another_tab_the_text_is_sent_with_one_press_and_no_draft_is_left(
    writing, topic
):
    # whose page would get a fresh token by itself
    writing.route("**/js/reader.*", lambda route: route.abort())
    other = signs_in_elsewhere(writing, "ada")

    sends(writing)

    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    expect(text(writing)).to_have_value("")
    other.goto(topic.get_absolute_url())
    other.locator(COMPOSER).wait_for()
    other.evaluate("fetch('/').then((answer) => answer.text())")
    expect(text(other)).to_have_value("")


@pytest.mark.parametrize("scripts", [True, False])
def test_back_at_a_form_that_was_sent_another_text_is_another_post(returning, topic, scripts):
    page = returning(scripts)
    page.goto(topic.get_absolute_url())
    if scripts:
        page.locator(COMPOSER).wait_for()
    text(page).fill(TEXT)
    sends(page)
    page.wait_for_url("**#post-27")

    page.go_back(wait_until="commit")
    expect(page).not_to_have_url("**#post-27")
    if scripts:
        expect(text(page)).to_have_value("")
    text(page).fill("And milk.")
    sends(page)

    expect(page.locator("#post-28")).to_contain_text("And milk.")
    expect(page.locator("#post-27")).to_contain_text(TEXT)


@pytest.fixture
def returning(chromium, site, ada):
    """A function that gives a page of a whole browser, which keeps pages for the back button."""
    keeping = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )

    def arrive(scripts):
        context = keeping.new_context(base_url=site.address, java_script_enabled=scripts)
        context.set_default_timeout(10_000)
        context.add_cookies([session_cookie(ada, site.address)])
        return context.new_page()

    yield arrive
    keeping.close()


def test_back_at_a_form_whose_text_was_sent_from_another_page_it_is_empty(returning, topic):
    page = returning(True)
    page.goto(topic.get_absolute_url())
    page.locator(COMPOSER).wait_for()
    text(page).fill(TEXT)
    page.evaluate(
        "addEventListener('pageshow', ({ persisted }) => (document.body.dataset.persisted ="
        " persisted))"
    )
    page.evaluate(
        "location.assign(document.querySelector('.post [data-quote]').href.split('?')[0])"
    )
    page.wait_for_url("**/reply/")
    page.locator(COMPOSER).wait_for()
    expect(text(page)).to_have_value(TEXT)
    sends(page)
    page.wait_for_url("**#post-27")

    page.go_back(wait_until="commit")
    page.go_back(wait_until="commit")

    page.locator("body[data-persisted=true]").wait_for(state="attached")
    expect(text(page)).to_have_value("")
    assert topic.posts.count() == 27
