"""Searching: the field in the header, the page with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from forum.models import Topic
from forum.search.learning import learn_words
from tests.browser.test_accessibility import SIGHTS, violations
from tests.support import world

pytestmark = pytest.mark.once

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def ada(transactional_db):
    return world.member("ada", name="Ada Lovelace")


@pytest.fixture
def posts(ada):
    """30 posts on antennas, one on kettles."""
    category = world.category("Help")
    topic = Topic.start(ada, category, "Antennas for beginners", "An antenna is a wire.")
    for n in range(29):
        topic.reply(ada, f"Antenna number {n}.")
    Topic.start(ada, category, "Kettles", "A kettle sings.")
    learn_words()
    return topic


@pytest.fixture
def page(visit, posts):
    return visit().opens_live("/search/")


def field(page):
    return page.get_by_label("Search the forum")


def types(page, text):
    field(page).press_sequentially(text)


def results(page):
    return page.locator(".results .writing")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_scripts_add_to_the_header_moves_nothing_in_it(size, visit, ada):
    page = visit(viewport=size).opens("/")
    header = page.locator(".header")
    page.locator("live-status:not([hidden])").wait_for()
    places = header.locator("a:visible, button:visible, input:visible").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().x)"
    )
    header.locator("live-status").evaluate("(status) => { status.hidden = true; }")
    header.locator("[data-online]").evaluate("(online) => { online.hidden = true; }")

    assert places == header.locator("a:visible, button:visible, input:visible").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().x)"
    )


def test_the_field_in_the_header_is_a_button_where_there_is_no_room(visit, ada):
    page = visit(viewport=WIDE).opens("/")
    field = page.get_by_role("banner").get_by_role("searchbox")
    field.fill("tea")
    field.press("Enter")
    page.wait_for_url("**/search/?q=tea")

    page.set_viewport_size(NARROW)
    expect(field).to_be_hidden()
    page.goto("/")
    page.get_by_role("banner").get_by_role("button", name="Search").click()

    page.wait_for_url("**/search/?q=")
    expect(page.get_by_label("Search the forum")).to_be_focused()


def test_a_slash_leads_to_the_field_in_the_header_but_while_somebody_writes(visit, posts):
    page = visit(viewport=WIDE).opens_live("/search/")
    header = page.get_by_role("banner").get_by_role("searchbox")
    types(page, "/")
    expect(field(page)).to_have_value("/")
    field(page).blur()

    page.keyboard.press("/")

    expect(header).to_be_focused()
    expect(header).to_have_value("")


def test_results_follow_what_is_typed_and_so_does_the_address(page):
    expect(field(page)).to_be_focused()

    types(page, "kett")
    expect(results(page)).to_have_count(1)
    expect(results(page)).to_contain_text("A kettle sings.")
    expect(page).to_have_url(re.compile(r"\?q=kett&"))
    expect(results(page).locator("time")).to_have_attribute("title", re.compile("."))  # told here
    field(page).fill("anten")
    expect(results(page)).to_have_count(20)
    expect(page).to_have_url(re.compile(r"\?q=anten&"))
    expect(page.get_by_role("status").filter(has_text="30 results")).to_be_attached()
    page.get_by_role("link", name="Antennas for beginners").first.click()
    page.wait_for_url("**/t/**")
    page.go_back()
    expect(results(page)).to_have_count(20)
    expect(field(page)).to_have_value("anten")
    field(page).fill("")
    expect(results(page)).to_have_count(0)

    page.go_back()
    expect(page).to_have_url("about:blank")  # no letter is a page of the history


def test_how_results_are_shown_stays_while_somebody_goes_on_typing(page):
    types(page, "anten")
    page.get_by_role("link", name="Topics", exact=True).click()
    expect(results(page)).to_have_count(1)

    field(page).press("End")
    types(page, " wire")

    expect(page).to_have_url(re.compile(r"q=anten\+wire&typing=1&by=topics$"))
    expect(results(page)).to_have_count(1)


def test_a_late_answer_never_replaces_a_newer_one(page):
    held = []
    page.route(re.compile("q=kettle&typing"), lambda route: held.append(route))
    with page.expect_request(re.compile("q=kettle&typing")):
        types(page, "kettle")

    page.evaluate(
        """new MutationObserver(() => { window.late ||= document.body.innerText.includes("late"); })
        .observe(document.querySelector("search-page"), {childList: true, subtree: true})"""
    )
    field(page).fill("wire")
    expect(results(page)).to_contain_text("is a wire.")
    held[0].fulfill(body="<ol><li class='writing'>late</li></ol>")
    field(page).fill("wires")
    expect(page).to_have_url(re.compile("q=wires"))

    assert not page.evaluate("window.late")


def test_too_many_searches_are_said_and_the_form_works(page):
    page.route("**/search/*typing*", lambda route: route.fulfill(status=429))
    types(page, "kettle")
    warning = page.get_by_text("too many searches")
    expect(warning).to_be_visible()

    field(page).press("Enter")

    expect(results(page)).to_have_count(1)
    expect(warning).to_have_count(0)


def test_a_search_that_takes_too_long_is_said_above_the_results(page):
    types(page, "kettle")
    expect(results(page)).to_have_count(1)
    page.route("**/search/*typing*", lambda route: route.fulfill(status=422))

    types(page, "s")

    expect(page.get_by_text("takes too long. Add words")).to_be_visible()
    expect(results(page)).to_contain_text("A kettle sings.")
    expect(field(page)).to_have_value("kettles")


def test_a_network_that_is_away_is_said_until_there_are_results(page):
    types(page, "kettle")
    expect(results(page)).to_have_count(1)
    page.route("**/search/*typing*", lambda route: route.abort())
    field(page).fill("wire")
    warning = page.get_by_text("does not answer")
    expect(warning).to_be_visible()
    expect(results(page)).to_contain_text("A kettle sings.")

    page.unroute("**/search/*typing*")
    types(page, "s")

    expect(results(page)).to_contain_text("is a wire.")
    expect(warning).to_have_count(0)


def test_what_is_being_composed_is_not_searched_for(page):
    asked = []
    page.on("request", lambda request: "typing" in request.url and asked.append(request.url))
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "kett", "selectionStart": 4, "selectionEnd": 4}
    )
    expect(field(page)).to_have_value("kett")
    page.wait_for_timeout(500)
    assert asked == []

    keyboard.send("Input.insertText", {"text": "kettle"})

    expect(results(page)).to_have_count(1)


def test_the_form_follows_what_was_typed(page, ada):
    types(page, "antenna @ada in:title")
    expect(page).to_have_url(re.compile("title"))

    page.get_by_text("Filters", exact=True).click()

    expect(page.get_by_label("Written by")).to_have_value("ada")
    expect(page.get_by_label("Words")).to_have_value("antenna")
    expect(page.get_by_label("In titles only")).to_be_checked()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_topic_is_searched_from_its_page(scripts, visit, posts):
    page = visit(scripts=scripts).opens(posts)

    page.get_by_role("link", name="Search this topic").click()
    expect(page.get_by_role("link", name="in “Antennas for beginners”")).to_be_visible()
    expect(field(page)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("wire")
    page.keyboard.press("Enter")

    expect(results(page)).to_have_count(1)
    expect(results(page)).to_contain_text("An antenna is a wire.")


def test_words_are_typed_behind_the_filters(page, posts):
    page.goto(f"/search/?q=topic:{posts.pk}")
    page.locator("search-page:defined").wait_for()

    page.keyboard.type("wire")

    expect(results(page)).to_have_count(1)
    expect(field(page)).to_have_value(f"topic:{posts.pk} wire")


def test_a_search_by_keyboard_alone(page):
    types(page, "kettle @ada")
    chip = page.get_by_role("link", name="Search without: @ada")
    expect(chip).to_be_visible()
    for _ in range(3):  # the button, the filters
        page.keyboard.press("Tab")
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=kettle&*")
    expect(chip).to_have_count(0)

    result = results(page).get_by_role("link", name="Kettles")
    result.focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/t/*-kettles/**")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_words_filters_and_pages_lead_through_the_results(scripts, visit, posts):
    page = visit(scripts=scripts).opens("/search/")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Words").fill("antenna")
    page.get_by_label("Written by").fill("ada")
    page.get_by_role("button", name="Search with these").click()
    expect(field(page)).to_have_value("antenna @ada")
    expect(results(page)).to_have_count(20)

    page.get_by_role("link", name="More results").click()
    expect(results(page)).to_have_count(10)
    page.get_by_role("link", name="Search without: @ada").click()
    expect(field(page)).to_have_value("antenna")
    field(page).fill("kettle")
    field(page).press("Enter")

    expect(results(page)).to_have_count(1)


@pytest.mark.parametrize(("size", "scheme"), SIGHTS.values(), ids=SIGHTS)
def test_axe_finds_nothing_in_what_typing_shows(size, scheme, visit, posts):
    page = visit(viewport=size, color_scheme=scheme, reduced_motion="reduce").opens("/search/")
    found = {}
    for line in ("ada", f"antenna topic:{posts.pk} @ada", "nothing"):
        field(page).fill(line)
        expect(page).to_have_url(re.compile(f"q={line[:3]}"))
        if seen := violations(page):
            found[line] = seen
    page.get_by_text("Filters", exact=True).click()
    page.route("**/search/*typing*", lambda route: route.fulfill(status=429))
    types(page, " tea")
    page.get_by_text("too many searches").wait_for()
    if seen := violations(page):
        found["too many"] = seen

    assert not found


def similar(page):
    return page.locator("similar-topics li")


@pytest.fixture
def new_topic(visit, posts, ada):
    page = visit(ada).opens_live("/t/new/")
    page.locator("similar-topics:defined").wait_for(state="attached")
    return page


def test_similar_topics_are_shown_below_the_title_that_is_typed(new_topic, posts):
    title = new_topic.get_by_label("Title")
    place = title.bounding_box()

    title.press_sequentially("Antennas made of wire")
    expect(similar(new_topic)).to_have_count(0)
    title.fill("Beginners’ antennas")
    expect(similar(new_topic)).to_have_count(1)
    expect(new_topic.get_by_role("status").filter(has_text="1 similar topic")).to_be_visible()
    assert title.bounding_box() == place
    assert violations(new_topic) == []
    title.fill("Ant")
    expect(similar(new_topic)).to_have_count(0)

    title.fill("Antennas")
    similar(new_topic).get_by_role("link").click()
    new_topic.wait_for_url(f"**{posts.get_absolute_url()}")


def test_what_is_typed_below_the_title_never_moves(new_topic):
    held = []
    new_topic.route("**/search/similar/*", lambda route: held.append(route))
    text = new_topic.locator("textarea[data-composer]")
    with new_topic.expect_request("**/search/similar/*"):
        new_topic.get_by_label("Title").fill("Antennas")
    text.focus()
    place = text.bounding_box()

    with new_topic.expect_response("**/search/similar/*"):
        held[0].fulfill(body="<ul data-said='late'><li>late</li></ul>")
    new_topic.get_by_label("Title").focus()
    new_topic.wait_for_timeout(300)

    assert text.bounding_box() == place


def test_a_title_without_an_answer_is_typed_as_ever(new_topic):
    new_topic.route("**/search/similar/*", lambda route: route.abort())
    with new_topic.expect_event("requestfailed"):
        new_topic.get_by_label("Title").press_sequentially("Kettle")
    new_topic.unroute("**/search/similar/*")

    new_topic.get_by_label("Title").press_sequentially("s")

    expect(similar(new_topic)).to_have_count(1)
