"""What networks and machines do to an open page: in the end it equals a fresh load."""

import uuid
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once


@pytest.fixture
def forum(transactional_db):
    ada = world.member("ada")
    return {"ada": ada, "topic": world.topic(ada, world.category("Help"), replies=4)}


def much_happens(forum):
    """Posts, edits, hidden posts and a new title, saved by another process."""
    topic, ada = forum["topic"], forum["ada"]
    topic.reply(ada, "While you were away.")
    topic.posts.get(number=2).edit(ada, "Edited while you were away.")
    topic.posts.get(number=3).hide(ada)
    topic.rename("Renamed while you were away")
    topic.reply(ada, "And once more.")


def test_a_cut_connection_is_mended(forum, network, visit):
    reader = visit(network=network)
    page = reader.opens_live(forum["topic"])

    network.cut()
    page.locator("live-status[data-state=reconnecting]").wait_for()
    much_happens(forum)
    network.pass_on()

    expect(page.locator("live-status")).to_contain_text("up to date again", timeout=40_000)
    reader.ends_like_a_fresh_page(forum["topic"])


def test_a_connection_that_hangs_in_silence_is_noticed(forum, network, visit):
    reader = visit(network=network)
    page = reader.context.new_page()
    reader.page = page
    page.clock.install()
    reader.opens_live(forum["topic"])

    network.hang()
    much_happens(forum)
    page.clock.run_for(45_000)
    network.cut()
    network.pass_on()
    page.clock.run_for(35_000)
    page.clock.resume()

    reader.ends_like_a_fresh_page(forum["topic"])


def test_a_clock_that_is_set_back_hides_no_silence(forum, network, visit):
    reader = visit(network=network)
    page = reader.page = reader.context.new_page()
    page.clock.install()
    reader.opens_live(forum["topic"])

    network.hang()
    much_happens(forum)
    page.clock.set_system_time(datetime.now() - timedelta(hours=1))
    page.clock.run_for(6_000)
    page.locator("live-status[data-state=reconnecting]").wait_for()
    network.cut()
    network.pass_on()
    page.clock.run_for(35_000)
    page.clock.resume()

    reader.ends_like_a_fresh_page(forum["topic"])


def test_a_script_that_got_lost_is_asked_for_again_and_until_then_the_page_is_not_live(
    forum, visit
):
    reader = visit()
    page = reader.page
    page.route("**/js/elements/live_topic.*.js", lambda route: route.abort())
    reader.opens(forum["topic"])
    page.locator("live-status[data-state=reconnecting]").wait_for()
    much_happens(forum)

    page.unroute("**/js/elements/live_topic.*.js")

    page.locator("live-status[data-state=live]").wait_for(timeout=20_000)
    reader.ends_like_a_fresh_page(forum["topic"])


def test_an_answer_that_never_comes_is_given_up_and_asked_for_again(forum, visit):
    reader, ada = visit(), visit(forum["ada"])
    page, topic = reader.opens_live(forum["topic"]), forum["topic"]
    reader.hurries()
    address, held = f"**{topic.get_absolute_url()}", []
    # what no event can bring
    page.route(address, lambda route: route.continue_() if held else held.append(route))

    for _post in range(16):
        ada.sends(f"/t/{topic.pk}/replies/", body="One more", token=uuid.uuid4().hex)

    page.locator("#pager a").first.wait_for(timeout=20_000)
    assert held
    reader.ends_like_a_fresh_page(topic)


@pytest.mark.parametrize("code", [1012, 1013, 4012])
def test_after_a_restart_a_page_chooses_moments_within_twelve_seconds_until_it_is_back(
    code, forum, visit
):
    page = visit().context.new_page()
    page.add_init_script("Math.random = () => 0.75; window.waits = []")
    page.add_init_script(
        "window.setTimeout = (act, wait) => waits.push(wait) < 12 && queueMicrotask(act)"
    )
    codes = iter([code])
    page.route_web_socket("**/ws/", lambda socket: socket.close(code=next(codes, 3000)))

    page.goto(forum["topic"].get_absolute_url())

    until(lambda: page.evaluate("waits").count(9000) > 1)
    assert 750 not in page.evaluate("waits")  # as after any other second failure


def test_a_post_saved_by_another_process_arrives_by_the_sweep(forum, visit):
    reader, listener, elsewhere = visit(), visit(), visit()
    other = world.topic(forum["ada"], world.category("Ideas"), "Another")
    page = reader.opens_live(forum["topic"])
    latest = listener.opens_live("/")
    counting = elsewhere.opens_live(other)

    much_happens(forum)

    forum["topic"].refresh_from_db()
    change = forum["topic"].change
    page.locator(f"live-topic[data-change='{change}']").wait_for(timeout=30_000)
    latest.locator(f"#rows > [data-topic='{forum['topic'].pk}'][data-change='{change}']").wait_for(
        timeout=30_000
    )
    counting.locator("[data-elsewhere]").wait_for(timeout=30_000)
    reader.ends_like_a_fresh_page(forum["topic"])


def test_the_back_button_brings_a_current_page(forum, visit):
    reader = visit()
    page = reader.opens_live(forum["topic"])
    page.goto("/")

    much_happens(forum)
    page.go_back()

    reader.ends_like_a_fresh_page(forum["topic"])


def test_another_epoch_makes_the_page_load_its_posts_anew(forum, network, visit):
    reader = visit(network=network)
    page = reader.opens_live(forum["topic"])
    topic = forum["topic"]

    network.cut()
    page.locator("live-status[data-state=reconnecting]").wait_for()
    type(topic).objects.filter(pk=topic.pk).update(epoch="another", change=3)
    topic.posts.update(change=1)
    topic.posts.filter(number=5).update(html="<p>As the backup has it.</p>", change=3)
    network.pass_on()

    expect(page.locator("#post-5")).to_contain_text("As the backup has it.", timeout=40_000)
    reader.ends_like_a_fresh_page(topic)


def test_a_list_catches_up_after_a_cut(forum, network, visit):
    reader = visit(network=network)
    page = reader.opens_live("/")

    network.cut()
    page.locator("live-status[data-state=reconnecting]").wait_for()
    much_happens(forum)
    new = world.topic(forum["ada"], forum["topic"].category, "Begun while you were away")
    network.pass_on()

    page.locator(f"#rows > [data-topic='{new.pk}']").wait_for(timeout=40_000)
    kept = reader.sees("#rows > .row, #older")
    reader.opens("/")
    assert kept == reader.sees("#rows > .row, #older")
