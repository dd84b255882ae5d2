"""The large view of pictures: over the page with scripts, a link without them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.models import Topic
from tests.images import pictures
from tests.support import world

pytestmark = pytest.mark.once


def shown(*uploads):
    return "\n\n".join(f"![Number {n}]({one.get_absolute_url()})" for n, one in enumerate(uploads))


@pytest.fixture
def uploads(ada):
    return [world.ready_picture(ada, pictures.jpeg(900 + n, 600)) for n in range(3)]


@pytest.fixture
def topic(ada, uploads):
    topic = Topic.start(ada, world.category("Help"), "Pictures", shown(*uploads[:2]))
    topic.reply(ada, shown(uploads[2]))
    return topic


@pytest.fixture
def page(visit, topic):
    return visit().opens_live(topic)


def link(page, n):
    return page.locator("#posts a.picture").nth(n)


def view(page):
    return page.locator("#pictures")


def expect_shown(page, upload):
    image = page.locator("#pictures img")
    expect(image).to_have_attribute("src", page.evaluate("location.origin") + upload)
    expect(image).to_have_js_property("naturalWidth", int(image.get_attribute("width")))


def test_its_script_is_loaded_with_the_first_picture(visit, topic, uploads):
    page = visit().page
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(topic.get_absolute_url())
    page.locator("live-status[data-state=live]").wait_for(state="attached")
    assert not [url for url in asked if "js/topic/pictures" in url]

    link(page, 0).click()

    expect_shown(page, uploads[0].get_absolute_url())
    assert [url for url in asked if "js/topic/pictures" in url]


def test_arrow_keys_lead_through_all_pictures_of_the_page(page, uploads):
    link(page, 1).focus()
    page.keyboard.press("Enter")

    expect_shown(page, uploads[1].get_absolute_url())
    expect(view(page).get_by_role("status")).to_have_text("2 / 3 Number 1")
    page.keyboard.press("ArrowRight")
    expect_shown(page, uploads[2].get_absolute_url())
    page.keyboard.press("ArrowRight")
    expect(view(page).get_by_role("status")).to_have_text("3 / 3 Number 0")
    expect(view(page).get_by_role("button", name="Next")).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect_shown(page, uploads[0].get_absolute_url())
    page.keyboard.press("Escape")

    expect(view(page)).to_be_hidden()
    expect(link(page, 0)).to_be_focused()


def test_buttons_do_the_same(page, uploads):
    link(page, 0).click()
    view(page).get_by_role("button", name="Next").click()
    view(page).get_by_role("button", name="Next").click()
    expect_shown(page, uploads[2].get_absolute_url())
    view(page).get_by_role("button", name="Previous").click()
    expect_shown(page, uploads[1].get_absolute_url())

    view(page).get_by_role("button", name="Close").click()

    expect(view(page)).to_be_hidden()
    expect(link(page, 1)).to_be_focused()


def test_a_picture_larger_than_the_window_is_shown_in_its_natural_size(visit, topic, uploads):
    page = visit(viewport={"width": 390, "height": 844}).opens_live(topic)
    link(page, 0).click()
    image = page.locator("#pictures img")
    zoom = view(page).get_by_role("button", name="Natural size")
    expect(zoom).to_be_visible()
    assert image.bounding_box()["width"] <= 390

    zoom.click()

    expect(image).to_have_css("width", "900px")
    expect(zoom).to_have_attribute("aria-pressed", "true")
    image.click(position={"x": 10, "y": 10})
    expect(zoom).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("ArrowRight")
    expect_shown(page, uploads[1].get_absolute_url())


def test_a_picture_that_was_pushed_opens_and_counts(page, topic, uploads):
    link(page, 0).click()
    expect(view(page).get_by_role("status")).to_have_text("1 / 3 Number 0")

    topic.reply(topic.author, shown(uploads[1]))

    expect(view(page).get_by_role("status")).to_have_text("1 / 4 Number 0")
    page.keyboard.press("Escape")
    link(page, 3).click()
    expect_shown(page, uploads[1].get_absolute_url())


def test_the_picture_of_a_post_that_is_hidden_is_closed(page, topic, uploads):
    link(page, 2).click()
    expect_shown(page, uploads[2].get_absolute_url())

    topic.posts.get(number=2).hide(topic.author)

    expect(view(page)).to_be_hidden()


def test_a_picture_that_is_gone_says_so(page, uploads):
    page.route("**/uploads/**", lambda route: route.fulfill(status=404))

    link(page, 0).click()

    expect(view(page).get_by_text("This is no longer available.")).to_be_visible()


def test_a_key_that_opens_a_tab_still_does(page):
    with page.context.expect_page() as opened:
        link(page, 0).click(modifiers=["ControlOrMeta"])

    opened.value.wait_for_url("**/uploads/*")
    expect(view(page)).to_be_hidden()


def test_without_scripts_it_is_a_link_to_the_large_picture(visit, topic, uploads):
    page = visit(scripts=False).opens(topic)

    link(page, 0).click()

    page.wait_for_url(f"**{uploads[0].get_absolute_url()}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(visit, topic, scheme, width):
    size = {"width": width, "height": 800}
    page = visit(viewport=size, color_scheme=scheme, reduced_motion="reduce").opens_live(topic)
    link(page, 1).click()
    expect_shown(page, page.locator("#posts a.picture").nth(1).get_attribute("href"))

    assert Axe().run(page).response["violations"] == []
