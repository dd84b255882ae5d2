"""Members are told on all open pages what their saved searches have found."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.models import Topic
from forum.search import standing
from forum.search.models import StandingSearch
from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def grace(transactional_db):
    return world.member("grace")


def post(author, category, text):
    made = Topic.start(author, category, f"About {text}", text)
    standing.match_posts()
    return made


def test_a_match_is_told_on_all_open_pages_until_it_was_seen(visit, ada, grace, topic):
    search = standing.save(grace, "tickets")
    reading, other = visit(grace), visit(grace)
    page, elsewhere = reading.opens_live(topic), other.opens_live("/")

    post(ada, topic.category, "tickets today")
    for one in (page, elsewhere):
        expect(one.locator(".found")).to_contain_text("tickets found a new post: About tickets")
    post(ada, topic.category, "tickets tomorrow")
    expect(page.locator(".found")).to_contain_text("found 2 new posts")
    expect(page.locator(".found")).to_have_count(1)

    page.locator(".found a").first.click()
    page.wait_for_url(f"**{search.get_absolute_url()}")
    expect(page.locator(".writing")).to_have_count(2)
    expect(elsewhere.locator(".found")).to_have_count(0)


def test_the_list_and_the_search_are_live_and_end_like_a_fresh_page(visit, ada, grace, topic):
    search = standing.save(grace, "tickets")
    reader = visit(grace)
    listed = reader.opens_live("/searches/")
    shown = visit(grace).opens_live(search)

    post(ada, topic.category, "tickets today")
    expect(shown.locator(".writing")).to_contain_text("tickets today")
    expect(listed.locator(".writing")).to_contain_text("About tickets today")
    listed.bring_to_front()
    standing.rename(search, "Concerts")
    expect(listed.locator(".writing h2")).to_have_text("Concerts")
    listed.locator("time[title]").first.wait_for(state="attached")
    live = listed.locator("live-part").inner_html()
    fresh = reader.opens_live("/searches/").locator("live-part")
    fresh.locator("time[title]").first.wait_for(state="attached")
    assert live == fresh.inner_html()
    standing.delete(StandingSearch.objects.get())
    expect(listed.locator("live-part")).to_contain_text("No saved searches")


def test_a_search_is_saved_from_its_results_and_closed_notices_stay_closed(
    visit, ada, grace, topic
):
    page = visit(grace).opens("/search/?q=tickets")
    page.get_by_role("button", name="Save this search").click()
    expect(page.locator("h1")).to_have_text("tickets")
    page.goto("/")
    page.locator("live-status[data-state=live]").wait_for(state="attached")
    post(ada, topic.category, "tickets today")
    page.locator(".found button").click()
    expect(page.locator(".found")).to_have_count(0)


def test_after_signing_out_nothing_of_it_stays(visit, ada, grace, topic):
    standing.save(grace, "tickets")
    reader = visit(grace)
    page = reader.opens_live(topic)
    post(ada, topic.category, "tickets today")
    page.locator(".found").wait_for()

    reader.sends("/accounts/logout/")

    expect(page.locator(".found")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, ada, grace, topic, scheme):
    search = standing.save(grace, "tickets")
    page = visit(grace, color_scheme=scheme).opens_live("/")
    post(ada, topic.category, "tickets today")
    page.locator(".found").wait_for()
    assert Axe().run(page).response["violations"] == []
    for path in ("/searches/", search.get_absolute_url()):
        page.goto(path)
        assert Axe().run(page).response["violations"] == []
