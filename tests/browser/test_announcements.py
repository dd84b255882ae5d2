"""The owner speaks to everybody: on open pages, on pages opened later, until it is over or put
away.
"""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from forum.models import Announcement
from tests.support import world

LOOK = 20_000  # ms; the server learns of what this process announces when it next looks


@pytest.fixture
def topic(transactional_db):
    return world.topic(world.member("ada"), world.category("Help"), replies=12)


def test_open_pages_show_it_without_moving_what_is_read(topic, visit):
    sizes = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
    pages = [visit(viewport=size).opens_live(topic) for size in sizes]
    for page in pages:
        page.evaluate("document.querySelector('#post-8').scrollIntoView({block: 'center'})")
    before = [page.locator("#post-8").bounding_box()["y"] for page in pages]

    made = Announcement.objects.announce("Back at *six*. " + "A longer explanation. " * 5)

    for page, top in zip(pages, before, strict=True):
        banner = page.locator(".announcement", has_text="Back at six.")
        expect(banner).to_be_in_viewport(ratio=1, timeout=LOOK)
        assert abs(page.locator("#post-8").bounding_box()["y"] - top) <= 1
        assert banner.bounding_box()["y"] >= page.locator(".header").bounding_box()["height"] - 1
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    made.end()
    for page, top in zip(pages, before, strict=True):
        expect(page.locator(".announcement")).to_have_count(0, timeout=LOOK)
        assert abs(page.locator("#post-8").bounding_box()["y"] - top) <= 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_what_is_put_away_stays_away(scripts, topic, visit):
    for text in ("The first.", "The second."):
        Announcement.objects.announce(text)
    guest = visit(scripts=scripts)
    page = guest.opens(topic)

    with page.expect_response("**/dismiss/"):
        page.locator(".announcement", has_text="The first.").get_by_role("button").click()

    expect(page.locator(".announcement", has_text="The first.")).to_have_count(0)
    assert topic.get_absolute_url() in page.url
    guest.opens("/")
    expect(page.locator(".announcement")).to_have_text("The second.")


def test_of_two_that_are_put_away_at_once_none_comes_back(topic, visit):
    """One is sent after the other, as each answer sets the whole cookie anew."""
    for text in ("The first.", "The second."):
        Announcement.objects.announce(text)
    guest = visit()
    page = guest.opens_live(topic)
    last, seen = Announcement.objects.earliest("pk"), []
    page.on("request", lambda request: seen.append("sent") if "dismiss" in request.url else None)
    page.on(
        "response", lambda response: seen.append("answered") if "dismiss" in response.url else None
    )

    with page.expect_response(f"**/{last.pk}/dismiss/"):
        page.evaluate(
            "document.querySelectorAll('.announcement button').forEach(button => button.click())"
        )

    assert seen == ["sent", "answered"] * 2
    guest.opens("/")
    expect(page.locator(".announcement")).to_have_count(0)


def test_what_was_put_away_does_not_come_back_with_the_next_one_before_the_server_knows(
    topic, visit
):
    Announcement.objects.announce("The first.")
    page = visit().opens_live(topic)
    page.route("**/dismiss/", lambda route: route.abort())
    page.locator(".announcement").get_by_role("button").click()

    Announcement.objects.announce("The second.")

    expect(page.locator(".announcement")).to_have_text("The second.", timeout=LOOK)


def test_it_goes_when_its_time_is_over(topic, visit):
    guest = visit()
    Announcement.objects.announce("Back soon.", timezone.now() + timedelta(seconds=4))
    page = guest.opens_live(topic)
    expect(page.locator(".announcement")).to_be_visible()
    guest.context.set_offline(True)

    expect(page.locator(".announcement")).to_have_count(0)


def test_a_page_that_comes_back_learns_of_it(topic, visit, network):
    page = visit(network=network).opens_live(topic)
    network.cut()
    page.locator("live-status[data-state=reconnecting]").wait_for()
    Announcement.objects.announce("While you were away.")

    network.pass_on()

    expect(page.locator(".announcement", has_text="While you were away.")).to_be_visible(
        timeout=2 * LOOK
    )
