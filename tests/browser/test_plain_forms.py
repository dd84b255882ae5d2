"""What becomes of what is written in forms without a composer: a topic's title, a profile, why a
post is hidden.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from forum.models import Post, Topic, User
from tests.browser.people import ends_sessions
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

WATCHED = (
    "navigator.locks.query().then(({ held }) => held.some(({ name }) => name.startsWith('draft ')))"
)
TEXT = "Tea, and nothing but tea"
QUEUED = "titles wait to be sent: test_queued_titles.py"


@dataclass
class Form:
    """`stored()` is what the database has of the field `name`; `address` is where the form is."""

    address: str
    name: str
    button: str
    stored: object

    def opens(self, page):
        page.goto(self.address)
        until(lambda: page.evaluate(WATCHED))
        return page

    def field(self, page):
        return page.locator(f"form[data-written] [name={self.name}]")

    def state(self, page):
        return page.locator("form[data-written] .form__state")

    def sends(self, page):
        page.locator("form[data-written]").get_by_role("button", name=self.button).click()

    def writes(self, page, words=TEXT):
        self.field(page).fill(words)
        expect(self.state(page)).to_have_text("Draft saved")


@pytest.fixture
def topic(mo):
    return world.topic(world.member("ada"), world.category("Help"))


@pytest.fixture(params=["title", "profile", "reason"])
def form(request, topic, mo):
    post = topic.posts.get()
    return {
        "title": Form(f"/t/{topic.pk}/edit/", "title", "Save", lambda: Topic.objects.get().title),
        "profile": Form("/profile/", "about", "Save", lambda: User.objects.get(pk=mo.pk).about),
        "reason": Form(
            f"/p/{post.pk}/menu/",
            "reason",
            "Hide",
            lambda: Post.objects.get(pk=post.pk).hidden_reason,
        ),
    }[request.param]


@pytest.fixture
def person(visit, mo):
    return visit(mo)


@pytest.fixture
def page(person):
    return person.page


def test_what_was_written_is_there_after_the_page_was_left(form, person, page):
    form.opens(page)
    form.writes(page)
    page.goto("/")

    form.opens(page)

    expect(form.field(page)).to_have_value(TEXT)
    expect(form.state(page)).to_have_text("Draft restored")


def test_and_after_it_was_left_at_once(form, page):
    form.opens(page)
    form.field(page).fill(TEXT)
    page.reload()

    expect(form.field(page)).to_have_value(TEXT)


def test_two_tabs_keep_what_was_written_in_each(form, person, page):
    other = person.context.new_page()
    form.opens(page)
    form.opens(other)
    form.writes(page, "In the first tab")
    form.writes(other, "In the second tab")
    other.close()

    other = form.opens(person.context.new_page())

    expect(form.field(other)).to_have_value("In the second tab")
    expect(form.field(page)).to_have_value("In the first tab")


def test_what_was_sent_is_stored_and_no_draft_any_more(form, page):
    form.opens(page)
    before = form.field(page).input_value()
    form.writes(page)
    form.sends(page)
    expect(page).not_to_have_url(re.compile(re.escape(form.address)))

    assert form.stored() == TEXT
    Topic.objects.update(title="Coffee or tea")
    User.objects.update(about="")
    Post.objects.update(hidden_at=None, hidden_by=None, hidden_reason="")
    form.opens(page)
    page.evaluate("fetch('/').then((answer) => answer.text())")
    expect(form.field(page)).to_have_value("Coffee or tea" if before else "")


def test_without_a_network_the_form_says_so_and_is_sent_later(form, page):
    if form.name == "title":
        pytest.skip(QUEUED)
    form.opens(page)
    form.writes(page)
    page.context.set_offline(True)
    form.sends(page)
    expect(form.state(page)).to_contain_text("you're offline")
    expect(form.field(page)).to_have_value(TEXT)

    page.context.set_offline(False)
    form.sends(page)

    expect(page).not_to_have_url(re.compile(re.escape(form.address)))
    assert form.stored() == TEXT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (500, "couldn't save"),
        (502, "The forum didn't respond"),
        (503, "The forum didn't respond"),
        (429, "error 429"),
    ],
)
def test_where_the_forum_does_not_answer_the_form_keeps_the_text(form, page, answer, words):
    if form.name == "title" and "respond" in words:
        pytest.skip(QUEUED)
    form.opens(page)
    form.writes(page)

    def fail(route):
        if route.request.method == "POST":
            route.fulfill(status=answer)
        else:
            route.continue_()

    page.route("**/*", fail)
    form.sends(page)

    expect(form.state(page)).to_contain_text(words)
    expect(form.field(page)).to_have_value(TEXT)


def test_an_answer_that_got_lost_leaves_no_draft_of_what_was_saved(form, page):
    if form.name == "reason":
        pytest.skip("a post that is hidden has no form to hide it")
    if form.name == "title":
        pytest.skip(QUEUED)
    form.opens(page)
    form.writes(page)
    page.route(
        "**/*",
        lambda route: (
            (route.fetch(), route.abort()) if route.request.method == "POST" else route.continue_()
        ),
    )
    form.sends(page)
    expect(form.state(page)).to_contain_text("The forum didn't respond")
    page.unroute("**/*")
    page.goto("/")

    form.opens(page)

    expect(form.field(page)).to_have_value(TEXT)
    page.evaluate("fetch('/').then((answer) => answer.text())")
    expect(form.state(page)).to_have_text("")


def test_signed_out_while_writing_one_signs_in_and_finds_it(form, page):
    if form.name == "title":
        pytest.skip(QUEUED)
    form.opens(page)
    form.writes(page)
    ends_sessions(page)
    form.sends(page)
    expect(page.locator("main")).to_contain_text("signed out")

    page.locator("main input[name=login]").fill("mo")
    page.locator("main input[name=password]").fill(world.PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()

    expect(form.field(page)).to_have_value(TEXT)
    form.sends(page)
    expect(page).not_to_have_url(re.compile(re.escape(form.address)))
    assert form.stored() == TEXT


def test_a_refusal_shows_its_page_with_the_text_in_the_form(form, page):
    form.opens(page)
    form.field(page).fill("x" * 1100)
    form.sends(page)

    expect(page.locator(".errorlist")).to_be_visible()
    expect(form.field(page)).to_have_value("x" * 1100)


def test_a_title_that_comes_back_after_somebody_elses_does_not_write_over_it(topic, page):
    title = Form(f"/t/{topic.pk}/edit/", "title", "Save", lambda: Topic.objects.get().title)
    title.opens(page)
    title.writes(page)
    page.goto("/")
    topic.rename("What Ada called it")

    title.opens(page)
    expect(title.field(page)).to_have_value(TEXT)
    title.sends(page)

    expect(page.locator(".errorlist")).to_contain_text("What Ada called it")
    assert title.stored() == "What Ada called it"


def test_a_profile_comes_back_with_all_of_its_fields(page):
    page.goto("/profile/")
    page.locator("[name=name]").fill("Mo the Moderator")
    page.locator("[name=hides_presence]").check()
    page.locator("[name=announces_updates]").uncheck()
    expect(page.locator(".form__state")).to_have_text("Draft saved")
    page.goto("/")
    page.goto("/profile/")

    expect(page.locator("[name=name]")).to_have_value("Mo the Moderator")
    expect(page.locator("[name=hides_presence]")).to_be_checked()
    expect(page.locator("[name=announces_updates]")).not_to_be_checked()


def test_a_reason_that_was_begun_is_there_when_the_menu_is_opened_again(topic, page):
    for _ in range(4):
        topic.reply(topic.author, "Coffee.")
    page.goto(topic.get_absolute_url())
    menu = page.locator("#post-1 [data-menu]")
    reason = page.locator(".menu [name=reason]")
    menu.click()
    reason.fill("Off topic")
    expect(page.locator(".menu .form__state")).to_have_text("Draft saved")
    page.locator("#post-5 [data-menu]").click()
    expect(reason).to_have_value("")

    menu.click()

    expect(reason).to_have_value("Off topic")
    page.locator(".menu").get_by_role("button", name="Hide").click()
    expect(page.locator("#post-1")).to_contain_text("hidden")
    assert Post.objects.get(number=1).hidden_reason == "Off topic"
