"""Choosing tags, with scripts and without."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.drafts.models import Draft
from forum.models import Topic
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once


@pytest.fixture
def forum(transactional_db):
    ada, category = world.member("ada"), world.category("Help")
    for name in ("tea", "Tea time", "coffee"):
        world.tag(name, synonyms=["mocha"] if name == "coffee" else ())
    world.tag("elsewhere tea", categories=[world.category("Ideas")])
    world.topic(ada, category, tagged=[world.tag("teapots")])
    return {"ada": ada, "category": category}


def field(page):
    return page.get_by_label("Tags (optional)")


def options(page):
    return page.get_by_role("listbox", name="Tags").get_by_role("option")


@pytest.fixture
def page(visit, forum):
    page = visit(forum["ada"]).opens("/t/new/")
    page.locator("tag-field:defined").wait_for()
    page.get_by_label("Category").select_option("Help")
    return page


def test_tags_are_chosen_by_keyboard(page):
    field(page).press_sequentially("te")
    expect(options(page)).to_have_count(
        3
    )  # the one with a topic first, and none of other categories
    expect(options(page).first).to_contain_text("teapots")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(field(page)).to_have_value("teapots, ")
    field(page).press_sequentially("moch")
    expect(options(page)).to_contain_text("coffee")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(field(page)).to_have_value("teapots, coffee, ")
    expect(field(page)).to_be_focused()


def test_what_is_chosen_already_is_not_suggested(page):
    field(page).press_sequentially("tea, t")

    expect(options(page)).to_contain_text(["teapots", "Tea time"])
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(field(page)).to_have_value("tea, t")


def test_tags_are_chosen_with_the_mouse(page):
    field(page).press_sequentially("coff")
    options(page).click()

    expect(field(page)).to_have_value("coffee, ")


def test_axe_finds_nothing_in_the_list_of_suggestions(page):
    field(page).press_sequentially("t")
    expect(options(page)).to_have_count(3)
    page.keyboard.press("ArrowDown")

    assert Axe().run(page).response["violations"] == []


def test_a_topic_is_begun_with_tags_and_changed(page, visit, forum):
    page.get_by_label("Title").fill("Which kettle?")
    field(page).fill("tee, coffee")
    page.locator("textarea[data-composer]").fill("I need one.")
    page.get_by_role("button", name="Create topic").click()
    expect(page.get_by_text("There is no tag “tee”.")).to_be_visible()
    field(page).fill("tea, coffee")
    page.get_by_role("button", name="Create topic").click()
    header = page.locator("#topic-header")
    expect(header.locator(".tag")).to_have_text(["coffee", "tea"])

    page.get_by_role("link", name="Title and tags").click()
    field(page).fill("tea")
    page.get_by_role("button", name="Save").click()

    expect(header.locator(".tag")).to_have_text(["tea"])
    assert [tag.name for tag in Topic.objects.get(title="Which kettle?").tags] == ["tea"]


def test_a_draft_has_its_tags(page, visit, forum):
    page.get_by_label("Title").fill("Which kettle?")
    field(page).fill("tea, cof")
    page.locator("textarea[data-composer]").press_sequentially("I need one.")
    until(lambda: Draft.objects.filter(fields__tags="tea, cof").exists())

    other = visit(forum["ada"]).opens("/t/new/")

    expect(field(other)).to_have_value("tea, cof")


def test_without_scripts_tags_are_typed_and_errors_say_what_to_do(visit, forum):
    page = visit(forum["ada"], scripts=False).opens("/t/new/")
    page.get_by_label("Title").fill("Which kettle?")
    page.get_by_label("Category").select_option("Help")
    field(page).fill("tea, tee")
    page.locator("textarea[name=body]").fill("I need one.")
    page.get_by_role("button", name="Create topic").click()
    expect(page.get_by_text("There is no tag “tee”. Choose one that there is")).to_be_visible()
    expect(page.locator("textarea[name=body]")).to_have_value("I need one.")
    field(page).fill("#TEA, mocha")
    page.get_by_role("button", name="Create topic").click()

    expect(page.locator("#topic-header .tag")).to_have_text(["coffee", "tea"])
    page.locator("#topic-header .tag", has_text="tea").click()
    expect(page.get_by_role("heading", name="tea")).to_be_visible()
    expect(page.locator(".row__link")).to_have_text("Which kettle?")
