"""Whatever a proxy does to connections, the page is current, says how it hears, and returns to the
socket.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.test_networks import much_happens
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once

WAITING, POLLING = "live (long poll)", "checking every few seconds"


@pytest.fixture
def forum(transactional_db):
    ada = world.member("ada")
    return {"ada": ada, "topic": world.topic(ada, world.category("Help"), replies=4)}


def says(page, words):
    expect(page.locator("live-status")).to_have_text(words, timeout=60_000)


def returns_to_the_socket(page, network):
    network.pass_on()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("live-status[data-state=live]").wait_for()


def test_where_upgrades_are_stripped_requests_wait_for_news(forum, network, visit):
    network.without_sockets()
    reader = visit(network=network)
    page = reader.opens(forum["topic"])
    says(page, WAITING)

    with page.expect_request("**/live/feed?wait=25**", timeout=40_000):
        much_happens(forum)

    forum["topic"].refresh_from_db()
    page.locator(f"live-topic[data-change='{forum['topic'].change}']").wait_for(timeout=40_000)
    returns_to_the_socket(page, network)
    reader.ends_like_a_fresh_page(forum["topic"])


def test_lists_and_the_count_of_news_wait_as_well(forum, network, visit):
    network.without_sockets()
    reader, other = visit(network=network), visit(network=network)
    latest, elsewhere = (
        reader.opens("/"),
        other.opens(world.topic(forum["ada"], world.category("Ideas"), "Another")),
    )
    says(latest, WAITING)
    says(elsewhere, WAITING)

    much_happens(forum)

    forum["topic"].refresh_from_db()
    change = forum["topic"].change
    latest.locator(f"#rows > [data-topic='{forum['topic'].pk}'][data-change='{change}']").wait_for(
        timeout=40_000
    )
    elsewhere.locator("[data-elsewhere]").wait_for(timeout=40_000)


def test_where_waiting_connections_are_cut_the_page_asks_every_few_seconds(forum, network, visit):
    reader = visit(network=network)
    page = reader.page
    page.clock.install()
    reader.opens_live(forum["topic"])
    reader.hurries()
    network.cut_idle(1)
    says(page, POLLING)

    much_happens(forum)
    page.clock.run_for(13_000)

    forum["topic"].refresh_from_db()
    page.locator(f"live-topic[data-change='{forum['topic'].change}']").wait_for(timeout=40_000)
    returns_to_the_socket(page, network)
    reader.ends_like_a_fresh_page(forum["topic"])


def test_where_answers_are_held_back_requests_wait_instead(forum, network, visit):
    network.buffer()
    reader = visit(network=network)
    page = reader.page
    page.clock.install()
    reader.opens(forum["topic"])
    until(lambda: network.sockets)
    page.clock.run_for(11_000)  # so long the socket may say nothing
    says(page, WAITING)

    much_happens(forum)

    forum["topic"].refresh_from_db()
    page.locator(f"live-topic[data-change='{forum['topic'].change}']").wait_for(timeout=40_000)
    returns_to_the_socket(page, network)
    reader.ends_like_a_fresh_page(forum["topic"])


def test_without_a_network_the_page_says_so_and_catches_up(forum, network, visit):
    reader = visit(network=network, viewport={"width": 390, "height": 844})
    page = reader.opens_live(forum["topic"])

    network.hang()
    reader.context.set_offline(True)
    expect(page.locator("live-status")).to_have_text("offline")
    expect(page.locator("live-status")).to_be_in_viewport(ratio=1)
    assert page.locator(".header__name").evaluate("name => name.scrollWidth <= name.clientWidth")
    much_happens(forum)
    network.pass_on()
    reader.context.set_offline(False)
    page.locator("live-status[data-state=live]").wait_for()

    reader.ends_like_a_fresh_page(forum["topic"])


def test_the_panel_tells_the_owner_what_a_proxy_holds_back(network, visit):
    owner = visit(world.owner(), network=network)
    page = owner.opens_live("/live/")
    for check in ("now", "trip", "socket", "stream"):
        expect(page.locator(f"[data-check={check}]")).to_have_class("finding finding--ok")

    network.buffer()
    owner.opens("/live/")

    expect(page.locator("[data-check=stream]")).to_contain_text(
        "Turn off proxy buffering", timeout=20_000
    )
    expect(page.locator("[data-check=socket]")).to_contain_text(
        "Make the proxy forward the Upgrade"
    )
