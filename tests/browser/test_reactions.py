"""One tap reacts to a post, on all pages at once, with scripts and without."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once


@pytest.fixture
def topic(transactional_db):
    return world.topic(world.member("ada", name="Ada Lovelace"), world.category("Help"), replies=2)


@pytest.fixture
def grace(transactional_db):
    return world.member("grace", name="Grace Hopper")


def sign(person, name, number=1):
    return person.page.locator(f"#post-{number} [form=react][value={name}]")


def test_one_tap_is_seen_on_all_pages_and_a_second_one_takes_it_back(topic, grace, visit):
    member, elsewhere, guest = visit(grace), visit(grace), visit()
    for person in (member, elsewhere, guest):
        person.opens_live(topic)

    sign(member, "thumbs-up").click()
    for person in (member, elsewhere, guest):
        expect(sign(person, "thumbs-up")).to_have_text("1")
    for person in (member, elsewhere):
        expect(sign(person, "thumbs-up")).to_have_attribute("aria-pressed", "true")
    expect(sign(guest, "thumbs-up")).not_to_have_attribute("aria-pressed", "true")
    guest.ends_like_a_fresh_page(topic)

    sign(elsewhere, "thumbs-up").click()
    for person in (member, elsewhere, guest):
        expect(sign(person, "thumbs-up")).to_have_text("")
    for person in (member, elsewhere):
        expect(sign(person, "thumbs-up")).to_have_attribute("aria-pressed", "false")
    assert topic.posts.get(number=1).reactions == {}


def test_another_sign_is_chosen_in_the_menu_which_shows_who_has_reacted(topic, grace, visit):
    topic.posts.get(number=1).react(world.member("mary", name="Mary Somerville"), "heart")
    member = visit(grace)
    page = member.opens_live(topic)

    page.locator("#post-1 [data-who]").click()
    menu = page.locator(".menu:popover-open")
    expect(menu.get_by_role("link", name="Mary Somerville")).to_be_visible()
    menu.get_by_role("button", name="Thanks").click()

    expect(sign(member, "thanks")).to_have_text("1")
    expect(sign(member, "thanks")).to_have_attribute("aria-pressed", "true")
    expect(menu).to_be_hidden()
    member.ends_like_a_fresh_page(topic)


def test_a_page_that_is_loaded_marks_the_members_own_and_keeps_them(topic, grace, visit):
    posts = topic.posts.order_by("number")
    posts[0].react(grace, "heart")
    member = visit(grace)
    member.opens_live(topic)
    expect(sign(member, "heart")).to_have_attribute("aria-pressed", "true")
    expect(sign(member, "thumbs-up")).to_have_attribute("aria-pressed", "false")

    posts[0].react(world.member("mary"), "heart")

    expect(sign(member, "heart")).to_have_text("2")
    expect(sign(member, "heart")).to_have_attribute("aria-pressed", "true")


def test_a_tap_that_fails_goes_back_and_says_so(topic, grace, visit):
    member = visit(grace)
    page = member.opens_live(topic)
    page.route("**/reactions/", lambda route: route.abort())

    sign(member, "thumbs-up").click()
    expect(page.locator("#post-1 .notice--error")).to_contain_text("could not be saved")
    expect(sign(member, "thumbs-up")).to_have_text("")
    expect(sign(member, "thumbs-up")).to_have_attribute("aria-pressed", "false")

    page.unroute("**/reactions/")
    sign(member, "thumbs-up").click()
    expect(sign(member, "thumbs-up")).to_have_text("1")
    until(lambda: topic.posts.get(number=1).reactions == {"thumbs-up": 1})


def test_who_taps_twice_while_the_first_is_sent_ends_where_they_began(topic, grace, visit):
    member = visit(grace)
    page = member.opens_live(topic)
    held = []
    page.route("**/reactions/", lambda route: route.continue_() if held else held.append(route))

    sign(member, "thumbs-up").click()
    until(lambda: page.wait_for_timeout(20) or held)
    sign(member, "thumbs-up").click()
    expect(sign(member, "thumbs-up")).to_have_attribute("aria-pressed", "false")
    held[0].continue_()

    topic.refresh_from_db()
    page.locator(f"live-topic[data-change='{topic.change + 2}']").wait_for(timeout=30_000)
    assert topic.posts.get(number=1).reactions == {}
    expect(sign(member, "thumbs-up")).to_have_attribute("aria-pressed", "false")
    expect(sign(member, "thumbs-up")).to_have_text("")


def test_on_ones_own_post_nothing_is_offered_but_who_has_reacted(topic, grace, visit):
    author = topic.author
    topic.posts.get(number=1).react(grace, "heart")
    page = visit(author).opens_live(topic)

    expect(page.locator("#post-1 .post__others")).to_be_hidden()
    page.locator("#post-1 [form=react][value=heart]").click()
    expect(page.locator(".menu:popover-open").get_by_text("Grace Hopper")).to_be_visible()
    assert topic.posts.get(number=1).reactions == {"heart": 1}


def test_without_scripts_a_tap_reacts_and_the_page_of_reactions_takes_it_back(topic, grace, visit):
    member = visit(grace, scripts=False)
    page = member.opens(topic)
    sign(member, "thumbs-up").click()
    page.wait_for_url("**#post-1")
    expect(sign(member, "thumbs-up")).to_have_text("1")

    page.locator("#post-1 [data-who]").click()
    expect(page.locator("main").get_by_role("link", name="Grace Hopper")).to_be_visible()
    page.locator("main").get_by_role("button", name="Thumbs up").click()
    page.wait_for_url("**#post-1")
    expect(sign(member, "thumbs-up")).to_have_text("")


def test_a_guest_is_led_to_who_has_reacted(topic, grace, visit):
    topic.posts.get(number=1).react(grace, "heart")
    for scripts in (True, False):
        guest = visit(scripts=scripts)
        page = guest.opens(topic)
        sign(guest, "heart").click()
        expect(page.locator("main").get_by_role("link", name="Grace Hopper")).to_be_visible()
        expect(page.get_by_role("link", name="Sign in to react")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(topic, grace, visit, scheme):
    post = topic.posts.get(number=1)
    post.react(grace, "heart")
    member = visit(grace, color_scheme=scheme)
    page = member.opens_live(topic)
    expect(sign(member, "heart")).to_have_attribute("aria-pressed", "true")
    results = [Axe().run(page)]
    page.locator("#post-1 [data-who]").click()
    page.locator(".menu:popover-open button").first.wait_for()
    results.append(Axe().run(page))
    member.opens(f"/p/{post.pk}/reactions/")
    results.append(Axe().run(page))

    assert [found.generate_report() for found in results if found.violations_count] == []
