"""What can't be fetched is fetched again ever more rarely, but for what would be refused again."""

import pytest
from playwright.sync_api import expect

from forum.models import Level, TopicLevel
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once


@pytest.fixture
def grace(transactional_db):
    return world.member("grace")


def answers(page, pattern, **answer):
    """The list of requests for parts that get this answer from now on."""
    asked = []

    def handle(route):
        if route.request.headers.get("x-requested-with") != "part":
            return route.fallback()
        asked.append(route.request)
        return route.fulfill(**answer)

    page.route(pattern, handle)
    return asked


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_part_that_is_gone_is_not_fetched_again_until_something_changes(
    visit, grace, topic, status
):
    reader = visit(grace)
    reader.page.clock.install()
    page = reader.opens_live("/following/")
    asked = answers(page, "**/following/", status=status, body="Gone")
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    until(lambda: page.evaluate("1") and asked)
    page.clock.run_for(10_000)
    page.evaluate("fetch('/notifications/count/').then(() => 1)")
    assert len(asked) == 1

    page.unroute_all()
    TopicLevel.objects.choose(grace, topic, Level.MUTED)
    expect(page.get_by_role("link", name="Muted: Tea or coffee?")).to_be_visible()


def test_a_part_is_fetched_again_after_an_error_as_the_forum_says(visit, grace, topic):
    reader = visit(grace)
    reader.page.clock.install()
    page = reader.opens_live("/following/")
    busy = {"status": 503, "headers": {"Retry-After": "40"}, "body": "Busy"}
    asked = answers(page, "**/following/", **busy)
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    until(lambda: page.evaluate("1") and asked)
    page.clock.run_for(20_000)
    page.evaluate("fetch('/notifications/count/').then(() => 1)")
    assert len(asked) == 1

    page.unroute_all()
    page.clock.run_for(25_000)
    expect(page.get_by_role("link", name="Watching: Tea or coffee?")).to_be_visible()


def test_replies_on_show_that_fail_are_each_fetched_again(visit, ada, grace):
    topic = world.topic(ada, world.category("Help"))
    first = topic.posts.get()
    second = topic.reply(ada, "Tea.", reply_to=first)
    topic.reply(ada, "Coffee.", reply_to=second)
    reader = visit(grace)
    reader.page.clock.install()
    page = reader.opens_live(topic)
    for post in (first, second):
        page.locator(f"#post-{post.number} [data-replies]").first.click()
    expect(page.locator("div.replies")).to_have_count(2)
    asked = answers(page, "**/replies/", status=503, body="Busy")
    second.refresh_from_db()
    second.edit(ada, "Green tea.")
    until(lambda: page.evaluate("1") and len(asked) >= 2)
    for _ in range(20):
        page.clock.run_for(1000)
        page.evaluate("fetch('/notifications/count/').then(() => 1)")
    assert 4 <= len(asked) <= 30  # not twice as many each time

    page.unroute_all()
    page.clock.run_for(31_000)
    expect(page.locator("#post-1 div.replies")).to_contain_text("Green tea.")
