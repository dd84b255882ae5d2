"""The tabs of a browser share one socket. Whoever has it may go at any time, and nobody misses
anything.
"""

import uuid

import pytest
from playwright.sync_api import Error, expect

from tests.support import world
from tests.support.chromium import CHROMIUM
from tests.support.polling import until

pytestmark = pytest.mark.once

TABS = 5


@pytest.fixture
def forum(transactional_db):
    ada = world.member("ada")
    return {"ada": ada, "topic": world.topic(ada, world.category("Help"), replies=4)}


@pytest.fixture
def ada(forum, visit):
    """Ada in a browser of her own: what she sends is heard at once, and not only by the next
    sweep.
    """
    return visit(forum["ada"])


def replies(ada, topic):
    ada.sends(f"/t/{topic.pk}/replies/", body="While you were away.", token=uuid.uuid4().hex)


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


def test_five_tabs_have_one_socket_and_are_all_current(forum, network, visit, ada):
    reader = visit(network=network)
    tabs = tabs_of(reader, forum["topic"])
    assert network.sockets == 1

    replies(ada, forum["topic"])

    for tab in tabs:
        shows(tab, forum["topic"])
    assert network.sockets == 1
    reader.page = tabs[1]
    reader.ends_like_a_fresh_page(forum["topic"])


def test_what_one_tab_is_answered_is_not_taken_for_the_answer_of_another(
    forum, network, visit, ada
):
    reader = visit(network=network)
    tabs = tabs_of(reader, forum["topic"], 3)
    for tab in tabs[:2]:  # as if they had missed all replies and were about to find out
        tab.locator("#post-5").evaluate("post => post.remove()")
        tab.evaluate("document.querySelector('live-topic').dataset.change = 1")
    current = reader.context.new_page()
    current.goto(forum["topic"].get_absolute_url())
    current.locator("live-status[data-state=live]").wait_for(state="attached")

    replies(ada, forum["topic"])

    for tab in [*tabs, current]:
        shows(tab, forum["topic"])
    for tab in [*tabs[:2], current]:
        expect(tab.locator("#post-5")).to_have_count(1)
    assert network.sockets == 1


@pytest.mark.parametrize("end", ["closed", "crashed", "led elsewhere"])
def test_when_the_leading_tab_goes_another_takes_over(end, forum, network, visit, ada):
    reader = visit(network=network)
    leading, *others = tabs_of(reader, forum["topic"])

    if end == "closed":
        leading.close()
    elif end == "crashed":
        crash(leading)
    else:
        leading.goto("/accounts/login/")
    replies(ada, forum["topic"])

    for tab in others:
        shows(tab, forum["topic"])
    until(lambda: network.sockets == 1)
    reader.page = others[0]
    reader.ends_like_a_fresh_page(forum["topic"])


def crash(page):
    with pytest.raises(Error):
        page.goto("chrome://crash")


def test_all_tabs_are_back_as_soon_as_the_leading_one_is(forum, network, visit, ada):
    reader = visit(network=network)
    leading, *others = tabs_of(reader, forum["topic"], 3)
    for tab in others:  # whose own next try would be a long time in coming
        tab.evaluate("void (window.setTimeout = () => 0)")

    network.cut()
    leading.locator("live-status[data-state=reconnecting]").wait_for()
    network.pass_on()
    leading.locator("live-status[data-state=live]").wait_for(timeout=40_000)
    replies(ada, forum["topic"])

    for tab in others:
        shows(tab, forum["topic"])
    assert network.sockets == 1


def test_a_leading_tab_that_answers_no_more_is_replaced(forum, network, visit, ada):
    """As one that the browser has frozen: it says nothing and asks for nothing, but has the
    lock.
    """
    reader = visit(network=network)
    leading, other = tabs_of(reader, forum["topic"], 2)
    leading.evaluate("void (BroadcastChannel.prototype.postMessage = () => {})")
    leading.evaluate("void (LockManager.prototype.request = () => new Promise(() => {}))")

    late = reader.context.new_page()
    late.goto(forum["topic"].get_absolute_url())
    late.locator("live-status[data-state=live]").wait_for(state="attached", timeout=20_000)
    replies(ada, forum["topic"])

    for tab in (other, late):
        shows(tab, forum["topic"])


def test_a_tab_that_shows_another_topic_lets_the_first_one_go(forum, network, visit):
    reader = visit(network=network)
    tabs_of(reader, forum["topic"], 2)
    tab = reader.context.new_page()
    said = []
    tab.on("websocket", lambda socket: said.append(socket))
    for number in range(3):
        tab.goto(
            world.topic(forum["ada"], forum["topic"].category, f"Topic {number}").get_absolute_url()
        )
        tab.locator("live-status[data-state=live]").wait_for(state="attached")

    assert not said
    assert network.sockets == 1


def test_members_and_guests_never_share(forum, network, visit):
    reader = visit(forum["ada"], network=network)
    # a page that hears of another reader in its browser would become theirs
    reader.context.add_init_script(
        "addEventListener('storage', (event) => event.stopImmediatePropagation())"
    )
    page = reader.opens_live(forum["topic"])
    reader.context.clear_cookies()
    guest = reader.context.new_page()
    guest.goto(forum["topic"].get_absolute_url())
    guest.locator("live-status[data-state=live]").wait_for(state="attached")

    until(lambda: network.sockets == 2)
    expect(page.locator("live-status")).to_have_attribute("data-state", "live")


def test_who_signs_out_in_one_tab_hears_no_secrets_in_the_others(forum, network, visit, ada):
    iris, lounge = world.insider(), world.lounge()
    secret = world.topic(iris, lounge)
    reader, insider = visit(iris, network=network), visit(iris)
    *tabs, latest = tabs_of(reader, secret, 3)

    reader.sends("/accounts/logout/")

    for tab in tabs:
        expect(tab.locator("live-topic")).to_contain_text("This is no longer available.")
    insider.sends(f"/t/{secret.pk}/replies/", body="Among ourselves", token=uuid.uuid4().hex)
    ada.sends(
        "/t/create/",
        category=forum["topic"].category_id,
        title="For all",
        body="Hi",
        token=uuid.uuid4().hex,
    )
    latest.get_by_text("For all").or_(latest.locator("[data-pill]:visible")).first.wait_for()
    for tab in [*tabs, latest]:
        assert "Among ourselves" not in tab.content()


@pytest.mark.parametrize("missing", ["Navigator.prototype.locks", "window.BroadcastChannel"])
def test_browsers_that_can_not_share_have_a_socket_per_tab(missing, forum, network, visit, ada):
    reader = visit(network=network)
    reader.context.add_init_script(f"delete {missing}")
    tabs = tabs_of(reader, forum["topic"], 3)
    assert network.sockets == 3

    replies(ada, forum["topic"])

    for tab in tabs:
        shows(tab, forum["topic"])


def test_tabs_that_left_are_kept_for_the_back_button(forum, network, kept_tabs, ada):
    for tab in kept_tabs:
        tab.goto(network.address + forum["topic"].get_absolute_url())
        tab.locator("live-status[data-state=live]").wait_for(state="attached")
        tab.evaluate(
            "addEventListener('pageshow', ({ persisted }) => (document.body.dataset.persisted ="
            " persisted))"
        )

    for tab in reversed(kept_tabs):  # the one that follows, then the one that leads
        tab.evaluate("location.assign('/accounts/login/')")
        tab.locator("#id_login").wait_for()
        replies(ada, forum["topic"])
        tab.evaluate("history.back()")
        tab.locator("body[data-persisted=true]").wait_for(state="attached")
        shows(tab, forum["topic"])


@pytest.fixture
def kept_tabs(chromium):
    """Two tabs of a browser that keeps pages for the back button, which ours in tests otherwise
    does not.
    """
    keeping = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    context = keeping.new_context()
    yield [context.new_page(), context.new_page()]
    keeping.close()
