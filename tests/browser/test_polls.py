"""Members vote in place and without scripts, and open pages follow what they may know."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from forum.models import Ballot, Post, Topic
from forum.polls.closing import close_polls
from tests.models.test_polls import closing, text
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once


@pytest.fixture
def begun(transactional_db):
    ada, help_category = world.member("ada", name="Ada Lovelace"), world.category("Help")

    def begin(*rules, **more):
        topic = Topic.start(ada, help_category, "A meeting", text(*rules, **more))
        topic.reply(ada, "Please vote.")
        return topic

    return begin


@pytest.fixture
def grace(transactional_db):
    return world.member("grace", name="Grace Hopper")


def option(person, words):
    return person.page.locator("#post-1 .poll__option").filter(has_text=words)


def chooses(person, words):
    person.page.locator("#post-1").get_by_label(words).check()


def votes(person, *choices):
    for words in choices:
        chooses(person, words)
    person.page.locator("#post-1 .poll__vote").click()


def counts(topic):
    return topic.posts.get(number=1).poll["counts"]


def test_a_vote_is_seen_on_all_pages_and_ones_own_on_all_devices(begun, grace, visit):
    topic = begun()
    member, elsewhere, guest = visit(grace), visit(grace), visit()
    for person in (member, elsewhere, guest):
        person.opens_live(topic)
    expect(guest.page.locator("#post-1 .poll__vote")).to_be_hidden()
    expect(guest.page.locator("#post-1 [name=choice]").first).to_be_hidden()

    votes(member, "Friday")
    for person in (member, elsewhere, guest):
        expect(option(person, "Friday")).to_contain_text("100%")
    for person in (member, elsewhere):
        expect(person.page.get_by_label("Friday")).to_be_checked()
        expect(person.page.locator("#post-1 .poll__said")).to_be_visible()
    guest.ends_like_a_fresh_page(topic)
    member.ends_like_a_fresh_page(topic)

    votes(elsewhere, "Sunday")
    expect(option(guest, "Sunday")).to_contain_text("100%")
    expect(member.page.get_by_label("Sunday")).to_be_checked()
    member.page.get_by_role("button", name="Take back my vote").click()
    expect(option(guest, "Sunday")).to_contain_text("0%")
    for person in (member, elsewhere):
        expect(person.page.get_by_label("Sunday")).not_to_be_checked()
        expect(person.page.locator("#post-1 .poll__said")).to_be_hidden()
    assert not Ballot.objects.exists()


def test_what_somebody_is_about_to_choose_stays_when_others_vote(begun, grace, visit):
    topic = begun("type: multiple")
    member = visit(grace)
    member.opens_live(topic)
    chooses(member, "Saturday")
    topic.posts.get(number=1).vote(topic.author, [1])

    expect(option(member, "Friday")).to_contain_text("100%")
    expect(member.page.get_by_label("Saturday")).to_be_checked()
    votes(member, "Sunday")
    until(lambda: counts(topic) == [1, 1, 1])


def test_options_are_ranked_with_numbers(begun, grace, visit):
    topic = begun("type: ranked")
    member = visit(grace)
    page = member.opens_live(topic)
    page.get_by_label("Sunday").fill("1")
    page.get_by_label("Friday").fill("1")
    page.locator("#post-1 .poll__vote").click()
    expect(page.locator("#post-1 .notice--error")).to_contain_text("same number")

    page.get_by_label("Friday").fill("2")
    page.locator("#post-1 .poll__vote").click()
    expect(page.locator("#post-1 .poll__said")).to_be_visible()
    assert Ballot.objects.get().ranking == [3, 1]
    page.reload()
    expect(page.get_by_label("Sunday")).to_have_value("1")
    expect(page.get_by_label("Friday")).to_have_value("2")


def test_results_that_wait_for_a_vote_come_with_it_and_follow(begun, grace, visit):
    topic = begun("results: after voting")
    post = topic.posts.get(number=1)
    post.vote(topic.author, [1])
    member, guest = visit(grace), visit()
    for person in (member, guest):
        person.opens_live(topic)
        expect(person.page.locator("#post-1 .poll__bar")).to_have_count(0)
    member.hurries()

    votes(member, "Friday")
    expect(option(member, "Friday")).to_contain_text("100%")
    post.vote(world.member("mary"), [2])
    expect(option(member, "Saturday")).to_contain_text("33%")
    expect(guest.page.locator("#post-1 .poll__facts")).to_contain_text("3 have voted")
    expect(guest.page.locator("#post-1 .poll__bar")).to_have_count(0)
    guest.ends_like_a_fresh_page(topic)

    member.page.reload()
    expect(option(member, "Saturday")).to_contain_text("33%")
    member.page.get_by_role("button", name="Take back my vote").click()
    expect(member.page.locator("#post-1 .poll__bar")).to_have_count(0)


def test_a_poll_ends_by_itself_and_its_results_follow(begun, grace, visit):
    topic = begun("results: after closing", closing(timezone.now() + timedelta(hours=1)))
    post = topic.posts.get(number=1)
    post.vote(topic.author, [2])
    member = visit(grace)
    page = member.opens(topic)
    expect(page.locator("#post-1 .poll__vote")).to_be_visible()
    page.clock.install()
    page.goto(topic.get_absolute_url())
    expect(page.locator("#post-1 .poll__vote")).to_be_visible()
    page.clock.fast_forward("02:00:00")
    expect(page.locator("#post-1 .poll__vote")).to_be_hidden()

    over = {**post.poll, "closes": timezone.now().isoformat()}
    Post.objects.filter(pk=post.pk).update(poll=over)
    Topic.objects.filter(pk=topic.pk).update(poll_closes_at=timezone.now())
    other = visit()
    other.opens_live(topic)
    close_polls()
    expect(option(other, "Saturday")).to_contain_text("100%")
    other.ends_like_a_fresh_page(topic)


def test_a_poll_that_is_added_by_an_edit_can_be_voted_on_at_once(begun, grace, visit):
    topic = world.topic(world.member("mary"), world.category("Ideas"))
    member = visit(grace)
    member.opens_live(topic)
    member.hurries()
    topic.posts.get().edit(topic.author, text())

    expect(member.page.locator("#post-1 .poll__vote")).to_be_visible()
    votes(member, "Friday")
    expect(option(member, "Friday")).to_contain_text("100%")


def test_without_scripts_it_is_a_form_and_has_a_page(begun, grace, visit):
    topic = begun("votes: public")
    member = visit(grace, scripts=False)
    page = member.opens(topic)
    votes(member, "Friday")
    page.wait_for_url("**#post-1")
    expect(option(member, "Friday")).to_contain_text("100%")
    expect(page.locator("#post-1 .poll__said")).to_be_visible()

    page.get_by_role("link", name="Who has voted").click()
    expect(page.get_by_label("Friday")).to_be_checked()
    expect(page.locator(".votes")).to_contain_text("Grace Hopper")
    page.get_by_role("button", name="Take back my vote").click()
    page.wait_for_url("**#post-1")
    assert not Ballot.objects.exists()
    page.locator("#post-1 .poll__vote").click()
    expect(page.get_by_role("alert")).to_contain_text("Please choose an option.")


def test_what_fails_is_said_in_the_poll(begun, grace, visit):
    topic = begun()
    member = visit(grace)
    page = member.opens_live(topic)
    page.route("**/poll/", lambda route: route.abort())
    votes(member, "Friday")

    expect(page.locator("#post-1 .notice--error")).to_contain_text("could not be saved")


def test_a_poll_is_written_with_a_button_of_the_composer(begun, grace, visit):
    begun()
    member = visit(grace)
    page = member.opens("/t/new/")
    page.locator("#id_title").fill("When shall we meet?")
    page.locator("#id_category").select_option(label="Help")
    page.locator("[data-composer]").click()
    page.get_by_role("button", name="Poll").click()
    page.keyboard.type("Which evening?")
    expect(page.locator("[data-composer]")).to_have_value(
        re.compile("^```poll\nWhich evening\\?\ntype: single\ncloses: ")
    )
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".composer__rendered .poll")).to_contain_text("Which evening?")
    page.get_by_role("button", name="Create topic").click()
    expect(page.locator("#post-1 .poll__question")).to_have_text("Which evening?")


def test_a_reply_has_no_such_button(begun, grace, visit):
    member = visit(grace)
    page = member.opens_live(begun())
    page.locator(".reply [data-composer]").click()
    expect(page.get_by_role("button", name="Table")).to_be_visible()
    expect(page.get_by_role("button", name="Poll")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(begun, grace, visit, scheme):
    ranked, public = begun("type: ranked"), begun("type: multiple", "votes: public")
    ranked.posts.get(number=1).vote(ranked.author, [2, 1])
    public.posts.get(number=1).vote(grace, [2, 1])
    results = []
    for person in (visit(grace, color_scheme=scheme), visit(color_scheme=scheme)):
        for topic in (ranked, public):
            person.opens_live(topic)
            results.append(Axe().run(person.page))
            person.opens(f"/t/{topic.pk}/poll/")
            results.append(Axe().run(person.page))

    assert [found.generate_report() for found in results if found.violations_count] == []
