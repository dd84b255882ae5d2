"""The tabs of a browser share one socket. Whoever has it may go at any time, and nobody misses anything."""

import pytest
from playwright.sync_api import expect

from tests import world
from tests.browser.test_networks import ends_like_a_fresh_page, much_happens
from tests.waiting import until

TABS = 5


@pytest.fixture
def forum(transactional_db):
    ada = world.member("ada")
    return {"ada": ada, "topic": world.topic(ada, world.category("Help"), replies=4)}


def tabs_of(reader, topic, number=TABS):
    """The first has the socket; they show a topic, and the last one the list."""
    tabs = []
    for where in [topic.get_absolute_url()] * (number - 1) + ["/"]:
        tab = reader.context.new_page()
        tab.goto(where)
        tab.locator("live-status[data-state=live]").wait_for(state="attached")
        tabs.append(tab)
    return tabs


def shows(tab, topic):
    topic.refresh_from_db()
    where = f"[data-topic='{topic.pk}'][data-change='{topic.change}']"
    tab.locator(f"live-topic{where}, #rows > {where}").wait_for(timeout=40_000)


def test_five_tabs_have_one_socket_and_are_all_current(forum, network, visit):
    reader = visit(network=network)
    tabs = tabs_of(reader, forum["topic"])
    assert network.sockets == 1

    much_happens(forum)

    for tab in tabs:
        shows(tab, forum["topic"])
    assert network.sockets == 1
    reader.page = tabs[1]
    ends_like_a_fresh_page(reader, forum["topic"])


def test_tabs_with_different_cursors_each_get_what_they_miss(forum, network, visit):
    reader = visit(network=network)
    first = reader.opens_live(forum["topic"])
    stale = reader.context.new_page()
    stale.route("**/ws/", lambda route: route.abort())
    stale.goto(forum["topic"].get_absolute_url())
    stale.locator("live-status[data-state=live]").wait_for(state="attached")
    stale.evaluate("document.querySelector('live-topic').dataset.change = 1")
    stale.locator("#post-5").evaluate("post => post.remove()")

    network.cut()
    much_happens(forum)
    network.pass_on()

    for tab in (first, stale):
        shows(tab, forum["topic"])
        expect(tab.locator("#post-5")).to_have_count(1)
    until(lambda: network.sockets == 1)


@pytest.mark.parametrize("end", ["closed", "crashed", "led elsewhere"])
def test_when_the_leading_tab_goes_another_takes_over(end, forum, network, visit):
    reader = visit(network=network)
    leading, *others = tabs_of(reader, forum["topic"])

    if end == "closed":
        leading.close()
    elif end == "crashed":
        kill(leading)
    else:
        leading.goto("/accounts/login/")
    much_happens(forum)

    for tab in others:
        shows(tab, forum["topic"])
    until(lambda: network.sockets == 1)
    reader.page = others[0]
    ends_like_a_fresh_page(reader, forum["topic"])


def kill(page):
    page.on("crash", lambda: None)
    try:
        page.context.new_cdp_session(page).send("Page.crash")
    except Exception as gone:  # noqa: BLE001 - its answer does not come any more
        assert "crash" in str(gone).lower() or "closed" in str(gone).lower()


def test_a_frozen_leading_tab_is_replaced(forum, network, visit):
    reader = visit(network=network)
    leading, other = tabs_of(reader, forum["topic"], 2)
    devtools = leading.context.new_cdp_session(leading)

    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    late = reader.context.new_page()
    late.goto(forum["topic"].get_absolute_url())
    late.locator("live-status[data-state=live]").wait_for(state="attached", timeout=20_000)
    much_happens(forum)

    for tab in (other, late):
        shows(tab, forum["topic"])


def test_a_tab_that_shows_another_topic_lets_the_first_one_go(forum, network, visit):
    reader = visit(network=network)
    tabs_of(reader, forum["topic"], 2)
    tab = reader.context.new_page()
    said = []
    tab.on("websocket", lambda socket: said.append(socket))
    for number in range(3):
        tab.goto(world.topic(forum["ada"], forum["topic"].category, f"Topic {number}").get_absolute_url())
        tab.locator("live-status[data-state=live]").wait_for(state="attached")

    assert not said
    assert network.sockets == 1


def test_members_and_guests_never_share(forum, network, visit):
    reader = visit(forum["ada"], network=network)
    page = reader.opens_live(forum["topic"])
    reader.context.clear_cookies()
    guest = reader.context.new_page()
    guest.goto(forum["topic"].get_absolute_url())
    guest.locator("live-status[data-state=live]").wait_for(state="attached")

    assert network.sockets == 2
    expect(page.locator("live-status")).to_have_attribute("data-state", "live")


def test_who_signs_out_in_one_tab_hears_no_secrets_in_the_others(network, visit):
    iris, lounge = world.insider(), world.lounge()
    topic = world.topic(iris, lounge)
    reader = visit(iris, network=network)
    tabs = tabs_of(reader, topic, 3)

    reader.sends("/accounts/logout/")

    for tab in tabs[:-1]:
        expect(tab.locator("live-topic")).to_contain_text("This is no longer here.")
    topic.reply(iris, "Among ourselves")
    public = world.topic(world.member("ada"), world.category("Help"), "For everybody")
    tabs[-1].locator(f"#rows > [data-topic='{public.pk}'], [data-pill]:not([hidden])").first.wait_for(timeout=40_000)
    for tab in tabs:
        assert "Among ourselves" not in tab.content()


@pytest.mark.parametrize("missing", ["Navigator.prototype.locks", "window.BroadcastChannel"])
def test_browsers_that_can_not_share_have_a_socket_per_tab(missing, forum, network, visit):
    reader = visit(network=network)
    reader.context.add_init_script(f"delete {missing}")
    tabs = tabs_of(reader, forum["topic"], 3)
    assert network.sockets == 3

    much_happens(forum)

    for tab in tabs:
        shows(tab, forum["topic"])


def test_a_tab_that_left_is_kept_for_the_back_button(forum, network, visit):
    reader = visit(network=network)
    leading, following = tabs_of(reader, forum["topic"], 2)
    for tab, where in ((following, "/accounts/login/"), (leading, "/accounts/login/")):
        tab.evaluate("addEventListener('pageshow', ({ persisted }) => (document.body.dataset.persisted = persisted))")
        tab.goto(where)
        much_happens(forum)
        tab.go_back()
        expect(tab.locator("body")).to_have_attribute("data-persisted", "true")
        shows(tab, forum["topic"])
