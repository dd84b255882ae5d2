"""What becomes of a form that is sent while the network, the server or the session is gone, or
whose page was left.
"""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.browser.people import session_cookie
from tests.support import world
from tests.support.chromium import CHROMIUM

TEXT = "Tea, of course."
TAKE_OVER = """async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(),
  "text/html");
  document.body.dataset.user = page.body.dataset.user;
  const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
}"""  # what reader.js does once it has noticed that somebody else is signed in


@pytest.fixture
def ada(transactional_db):
    return world.member("ada", name="Ada Lovelace")


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=25)


@pytest.fixture
def writing(visit, ada, topic):
    page = visit(ada).opens(topic)
    page.locator("md-bold").wait_for()
    text(page).fill(TEXT)
    return page


def text(page):
    return page.locator("textarea[data-composer]")


def state(page):
    return page.locator(".form__state")


def sends(page):
    page.get_by_role("button", name="Reply", exact=True).click()


def test_without_a_network_the_form_says_so_and_is_sent_later(writing, topic):
    writing.context.set_offline(True)
    sends(writing)
    expect(state(writing)).to_contain_text("you're offline")
    expect(text(writing)).to_have_value(TEXT)

    writing.context.set_offline(False)
    sends(writing)

    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    expect(writing.locator("#post-27")).to_be_in_viewport()


ANSWERS = {
    "none": "The forum didn't respond",
    400: "Not accepted (error 400)",
    413: "Not accepted (error 413)",
    429: "Not accepted (error 429)",
    500: "couldn't save",
    502: "The forum didn't respond",
    503: "The forum didn't respond",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_where_the_forum_does_not_answer_the_form_keeps_the_text(writing, topic, answer):
    failing = (
        (lambda route: route.abort())
        if answer == "none"
        else (lambda route: route.fulfill(status=answer))
    )
    writing.route("**/replies/", failing)
    sends(writing)

    expect(state(writing)).to_contain_text(ANSWERS[answer])
    expect(text(writing)).to_have_value(TEXT)
    expect(writing.get_by_role("button", name="Reply", exact=True)).to_be_enabled()
    writing.unroute("**/replies/")
    sends(writing)
    expect(writing.locator("#post-27")).to_contain_text(TEXT)


def test_an_answer_that_got_lost_is_asked_for_again_and_posts_nothing_more(writing, topic):
    writing.route("**/replies/", lambda route: (route.fetch(), route.abort()))
    sends(writing)
    expect(state(writing)).to_contain_text("The forum didn't respond")
    writing.unroute("**/replies/")

    sends(writing)

    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    assert topic.posts.count() == 27


def test_a_refusal_shows_its_page_with_the_text_in_the_form(writing, topic):
    text(writing).evaluate("area => { area.value = 'x'.repeat(33000); }")
    sends(writing)

    expect(writing.locator(".errorlist")).to_contain_text("32000")
    assert len(text(writing).input_value()) == 33_000


def test_signed_out_while_writing_one_signs_in_and_sends_once(writing, topic):
    Session.objects.all().delete()
    sends(writing)
    expect(writing.locator("main")).to_contain_text("signed out")

    writing.locator("main input[name=login]").fill("ada")
    writing.locator("main input[name=password]").fill(world.PASSWORD)
    writing.locator("main").get_by_role("button", name="Sign in").click()
    writing.locator("md-bold").wait_for()
    expect(text(writing)).to_have_value(TEXT)
    sends(writing)

    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    writing.locator("md-bold").wait_for()
    writing.evaluate("fetch('/').then((answer) => answer.text())")
    expect(text(writing)).to_have_value("")
    assert topic.posts.count() == 27


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
    writing.get_by_role("button", name="Send it now").click()

    expect(writing.locator("#post-27")).to_contain_text(TEXT)
    writing.locator("md-bold").wait_for()
    writing.evaluate("fetch('/').then((answer) => answer.text())")
    expect(text(writing)).to_have_value("")
    expect(state(writing)).to_have_text("")
    other.goto(topic.get_absolute_url())
    other.locator("md-bold").wait_for()
    other.evaluate("fetch('/').then((answer) => answer.text())")
    expect(text(other)).to_have_value("")


@pytest.mark.parametrize("scripts", [True, False])
def test_back_at_a_form_that_was_sent_another_text_is_another_post(returning, topic, scripts):
    page = returning(scripts)
    page.goto(topic.get_absolute_url())
    if scripts:
        page.locator("md-bold").wait_for()
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
    page.locator("md-bold").wait_for()
    text(page).fill(TEXT)
    page.evaluate(
        "addEventListener('pageshow', ({ persisted }) => (document.body.dataset.persisted ="
        " persisted))"
    )
    page.evaluate(
        "location.assign(document.querySelector('.post [data-quote]').href.split('?')[0])"
    )
    page.wait_for_url("**/reply/")
    page.locator("md-bold").wait_for()
    expect(text(page)).to_have_value(TEXT)
    sends(page)
    page.wait_for_url("**#post-27")

    page.go_back(wait_until="commit")
    page.go_back(wait_until="commit")

    page.locator("body[data-persisted=true]").wait_for(state="attached")
    expect(text(page)).to_have_value("")
    assert topic.posts.count() == 27
