"""A topic counts as read up to the last post that was on the screen; without scripts up to the end
of the page.
"""

import re

import pytest
from playwright.sync_api import expect

from forum.models import Reading
from tests.support import world
from tests.support.polling import until

NO_SOCKETS = (
    "window.WebSocket = class { static OPEN = 1; constructor() { throw new Error('none here'); } };"
)
LONG = "\n\n".join(["Some words that fill a line of the page."] * 8)


@pytest.fixture
def rita(transactional_db):
    return world.member("rita", name="Rita")


@pytest.fixture
def topic(transactional_db):
    ada = world.member("ada")
    found = world.topic(ada, world.category("Help"), body=LONG)
    for _ in range(14):
        found.reply(ada, LONG)
    return found


def read_by(member, topic):
    return (
        Reading.objects.filter(user=member, topic=topic).values_list("number", flat=True).first()
        or 0
    )


def scrolls_to(page, number):
    """Until the beginning of this post is in the middle of the window, as somebody who reads on."""
    page.locator(f"#post-{number}").evaluate(
        "post => scrollTo({ top: scrollY + post.getBoundingClientRect().top - innerHeight / 2,"
        " behavior: 'instant' })"
    )


def last_on_screen(page):
    return page.locator(".post").evaluate_all("""posts => Math.max(...posts.filter(post => {
        const { top, bottom, height } = post.getBoundingClientRect();
        return Math.min(bottom, innerHeight) - Math.max(top, 0) >= 0.2 * height;
    }).map(post => Number(post.dataset.number)))""")


def link_of(page):
    return page.locator("#rows .row__link")


def test_a_topic_half_read_opens_at_the_first_post_not_seen(topic, rita, visit):
    reader = visit(rita)
    page = reader.opens_live(topic)
    scrolls_to(page, 6)
    seen = last_on_screen(page)
    assert 6 <= seen < 10
    until(lambda: read_by(rita, topic) == seen)

    reader.opens("/")

    expect(link_of(page)).to_have_attribute("href", f"{topic.get_absolute_url()}#post-{seen + 1}")
    expect(page.locator("#rows [data-unread]")).to_have_text(str(15 - seen))
    expect(page.locator("#rows [data-new]")).to_be_hidden()
    link_of(page).click()
    expect(page.locator(f"#post-{seen + 1}")).to_be_in_viewport()


def test_what_was_seen_in_the_last_second_counts_too(topic, rita, visit):
    reader = visit(rita)
    page = reader.opens_live(topic)
    until(lambda: read_by(rita, topic) > 0)
    scrolls_to(page, 9)
    seen = last_on_screen(page)
    page.evaluate(
        "() => new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(shown)))"
    )

    reader.opens("/")

    until(lambda: read_by(rita, topic) == seen)


def test_reading_to_the_end_reads_all(topic, rita, visit):
    reader = visit(rita)
    page = reader.opens_live(topic)
    scrolls_to(page, 15)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")

    until(lambda: read_by(rita, topic) == 15)
    page.goto("/")
    expect(page.locator("#rows .row--read")).to_have_count(1)


@pytest.mark.parametrize("state", ["live", "waiting"])
def test_what_is_read_on_one_device_is_read_on_all_others(topic, rita, visit, state):
    desk, phone = visit(rita), visit(rita)
    if state == "waiting":
        desk.page.add_init_script(NO_SOCKETS)
    desk.opens("/").locator(f"live-status[data-state={state}]").wait_for(state="attached")
    row = desk.page.locator("#rows .row")
    expect(row).to_have_class(re.compile("row--unopened"))

    page = phone.opens_live(topic)
    until(lambda: read_by(rita, topic) > 0)
    scrolls_to(page, 15)

    expect(row).to_have_class(re.compile("row--read"))
    expect(link_of(desk.page)).to_have_attribute("href", f"{topic.get_absolute_url()}#post-15")


def test_a_device_that_slept_learns_what_was_read_meanwhile(topic, rita, visit):
    desk, phone = visit(rita), visit(rita)
    desk.opens_live("/")
    desk.page.context.set_offline(True)

    page = phone.opens_live(topic)
    scrolls_to(page, 15)
    until(lambda: read_by(rita, topic) == 15)
    desk.page.context.set_offline(False)

    expect(desk.page.locator("#rows .row")).to_have_class(re.compile("row--read"))


def test_where_no_socket_can_be_had_reading_counts_all_the_same(topic, rita, visit):
    reader = visit(rita)
    reader.page.add_init_script(NO_SOCKETS)
    page = reader.opens(topic)
    scrolls_to(page, 6)
    seen = last_on_screen(page)

    until(lambda: read_by(rita, topic) == seen)


def test_a_list_knows_what_was_seen_in_its_tab_before_the_server_does(topic, rita, visit):
    page = visit(rita).opens_live("/")
    link_of(page).click()
    page.locator("#post-1").wait_for()
    scrolls_to(page, 6)
    until(lambda: read_by(rita, topic) >= 6)
    Reading.objects.all().delete()  # as if it were on its way

    page.go_back()

    expect(page.locator(".row__new")).to_be_hidden()


def test_what_an_open_page_fetches_again_does_not_count_as_read(topic, rita, visit):
    reader, mo = visit(rita), visit(world.moderator())
    page = reader.opens_live(topic)
    reader.hurries()
    seen = last_on_screen(page)
    until(lambda: read_by(rita, topic) == seen)

    mo.sends(f"/t/{topic.pk}/close/")

    expect(page.locator(".reply")).to_contain_text("closed")
    assert read_by(rita, topic) == seen


def test_without_scripts_a_page_that_was_opened_counts_as_read(topic, rita, visit):
    reader = visit(rita, scripts=False)
    reader.opens(topic)

    assert read_by(rita, topic) == 15
    expect(reader.page.locator("noscript img")).to_be_hidden()
