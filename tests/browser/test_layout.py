"""Where things stand: the same on every page, in reach on a phone, and out of the way where there
is no room.
"""

import pytest
from playwright.sync_api import expect

from forum.models import Announcement, Category
from tests.support import world

pytestmark = pytest.mark.once

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=44)


def left(page, selector):
    return page.locator(selector).bounding_box()["x"]


@pytest.mark.parametrize("width", [1000, 1280, 1600])
def test_logo_and_categories_stand_in_one_place_on_every_page(width, topic, ada, visit):
    person = visit(ada, viewport={"width": width, "height": 800})
    pages = [
        "/",
        topic.get_absolute_url(),
        f"/t/{topic.pk}/edit/",
        "/t/new/",
        "/profile/",
        "/u/ada/",
        "/nowhere/",
    ]
    found = set()
    for path in pages:
        page = person.opens(path)
        found.add((left(page, ".header__logo"), left(page, "#places"), left(page, "#main")))
        expect(page.locator(".header__places")).to_be_hidden()
    assert len(found) == 1


def test_a_topic_marks_its_category(topic, visit):
    page = visit().opens(topic)

    expect(page.locator("#places [aria-current=true]")).to_have_text("Help")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_current_one_of_300_categories_is_in_view(scripts, topic, visit):
    Category.objects.bulk_create(
        Category(name=f"Place {n}", slug=f"place-{n}", position=n) for n in range(1, 300)
    )
    last = Category.objects.get(name="Place 299")
    for path in (last.get_absolute_url(), world.topic(topic.author, last).get_absolute_url()):
        page = visit(scripts=scripts).opens(path)
        expect(page.locator("#places [aria-current]")).to_be_in_viewport()

    phone = visit(scripts=scripts, viewport=PHONE).opens(last)
    phone.locator(".header__places").click()
    expect(phone.locator("#places [aria-current]")).to_be_in_viewport()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_on_a_phone_reply_and_jump_are_in_reach_above_the_posts_to_come(scripts, topic, ada, visit):
    page = visit(ada, scripts=scripts, viewport=PHONE).opens(topic)
    bar = page.locator(".topic__bar")
    for name in ("Reply", "1 / 45" if not scripts else "/ 45", "First post", "Last post"):
        expect(bar.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)

    bar.locator("[href='#jump']").click()
    expect(page.locator("#jump")).to_be_focused()
    bar.get_by_role("link", name="Reply").click()
    expect(page.locator("textarea[name=body]")).to_be_focused()
    expect(page.locator("textarea[name=body]")).to_be_in_viewport()


def test_fingers_find_what_they_press(topic, ada, visit):
    page = visit(ada, viewport=PHONE, has_touch=True).opens_live(topic)
    pressed = ".button, .header__tool, .topic__step, .pager__step, .composer__preview, .jump input"

    assert lowest(page, f":is({pressed}):visible") >= 44
    page.locator(".header__places").tap()
    assert lowest(page, ".sidebar__link:visible") >= 44
    page.locator(".sidebar").press("Escape")
    page.locator(".header__reader > button").tap()
    assert lowest(page, ".menu__item:visible") >= 44
    page.locator(".menu:popover-open").press("Escape")

    chip = page.locator(".chip").first
    chip.scroll_into_view_if_needed()
    assert chip.evaluate(
        """chip => {
      const { x, y, width } = chip.getBoundingClientRect();
      return document.elementFromPoint(x + width / 2, y - 7) === chip;
    }"""
    )


def lowest(page, selector):
    """The height of the lowest of these, in pixels."""
    return min(each.bounding_box()["height"] for each in page.locator(selector).all())


def test_the_bar_offers_no_reply_where_there_is_none(topic, ada, visit):
    person = visit(ada, viewport=PHONE)
    topic.close()
    page = person.opens(topic)

    expect(page.locator(".topic__bar").get_by_role("link", name="Reply")).to_have_count(0)
    expect(page.locator(".topic__bar").get_by_role("link", name="Last post")).to_be_visible()


def test_the_help_with_writing_fits_on_a_phone(visit):
    page = visit(viewport=PHONE).opens("/writing/")

    for table in page.locator(".table-scroll").all():
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth")


@pytest.mark.parametrize("size", [(320, 256), (320, 180), (844, 390)])
def test_zoomed_far_in_nothing_that_sticks_takes_the_room_to_read(size, topic, visit):
    for n in range(2):
        Announcement.objects.announce(
            f"A long announcement, number {n}. " + "It goes on and on. " * 8
        )
    page = visit(viewport={"width": size[0], "height": size[1]}).opens_live(topic)

    page.locator("#post-8").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#post-8').scrollIntoView()")

    stuck = page.evaluate(
        """() => [".header", "live-announcements", ".topic__bar"].map(selector => {
      const { top, bottom } = document.querySelector(selector).getBoundingClientRect();
      return Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0));
    }).reduce((a, b) => a + b)"""
    )
    assert stuck == 0


def test_the_timelines_marker_moves_with_the_reader(topic, visit):
    person = visit()
    page = person.opens_live(topic)
    marker = page.locator(".timeline__here")
    top, said = marker.bounding_box()["y"], marker.inner_text()

    page.evaluate("document.querySelector('#post-20').scrollIntoView()")
    expect(marker).to_have_text("20 / 45")
    middle = marker.bounding_box()["y"]
    assert middle > top + 10
    page.evaluate("scrollTo(0, 0)")
    expect(marker).to_have_text(said)
    assert marker.bounding_box()["y"] == top

    page = person.opens(f"{topic.get_absolute_url()}?page=3#post-45")
    expect(marker).to_have_text("45 / 45")
    assert marker.bounding_box()["y"] > middle + 10


def test_without_scripts_the_timeline_shows_where_a_page_lies(topic, visit):
    person = visit(scripts=False)
    tops = [
        person.opens(f"{topic.get_absolute_url()}{page}")
        .locator(".timeline__here")
        .bounding_box()["y"]
        for page in ("", "?page=2", "?page=3")
    ]
    assert tops[0] + 10 < tops[1] < tops[2] - 10


def test_the_pill_points_to_where_the_new_reply_is(ada, visit):
    topic, writer = world.topic(ada, world.category("Long"), replies=12), visit(ada)
    reading, writing = (visit(world.member(name)).opens_live(topic) for name in ("grace", "mary"))
    writing.locator("textarea[name=body]").press_sequentially("Half")

    writer.sends(f"/t/{topic.pk}/replies/", body="New.", token=world.token())

    expect(reading.locator("[data-pill]")).to_be_visible()
    expect(reading.locator(".pill--up[data-pill]")).to_have_count(0)
    expect(writing.locator(".pill--up[data-pill]")).to_be_visible()


def test_on_paper_moments_are_exact_and_the_address_is_there(topic, site, visit):
    person = visit(timezone_id="Asia/Tokyo", locale="en-GB", color_scheme="dark")
    page = person.opens(f"{topic.get_absolute_url()}?page=2")
    page.locator("time[title]").first.wait_for()
    expect(page.locator(".printed")).to_be_hidden()

    page.emulate_media(media="print", color_scheme="dark")

    said = page.locator("#post-21 time").evaluate(
        "time => getComputedStyle(time, '::after').content"
    )
    assert said == f'"{page.locator("#post-21 time").get_attribute("title")}"'
    assert "GMT+9" in said
    assert (
        page.locator("#post-21 time").evaluate("time => getComputedStyle(time).fontSize") == "0px"
    )
    expect(page.locator(".printed")).to_contain_text(f"{topic.get_absolute_url()}?page=2")
    for selector in (".header", "#places", ".aside", ".topic__bar", ".reply", ".pager"):
        expect(page.locator(selector)).to_be_hidden()


def test_without_scripts_moments_on_paper_name_their_zone(topic, visit):
    page = visit(scripts=False).opens(topic)

    page.emulate_media(media="print")

    expect(page.locator("#post-1 time")).to_contain_text("UTC")


def test_the_connection_page_counts_itself(topic, visit):
    page = visit(world.owner()).opens_live("/live/")

    expect(page.locator("[data-findings]")).to_contain_text("1 open page in this process")
    expect(page.locator("[data-findings]")).not_to_contain_text("no page is open")
