"""The bell, the list and the levels are the same on all open pages of a member, and end like fresh
pages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.models import Category, CategoryLevel, Level, Reading, TopicLevel, User
from forum.notifications import telling
from forum.notifications.models import Preferences
from tests.support import world

pytestmark = pytest.mark.once


@pytest.fixture
def grace(transactional_db):
    return world.member("grace")


def say(topic, author, text):
    topic.reply(author, text)
    telling.tell()


def count(page):
    return page.locator(".bell__count")


def test_the_bell_counts_on_all_open_pages_until_the_post_was_seen(visit, ada, grace, topic):
    reader, other = visit(grace), visit(grace)
    listed, elsewhere = reader.opens_live("/drafts/"), other.opens_live("/")
    expect(count(elsewhere)).to_be_hidden()

    say(topic, ada, "@grace")
    for page in (listed, elsewhere):
        expect(count(page)).to_have_text("1")
        expect(page).to_have_title("(1) Drafts · Parley" if page is listed else "(1) Parley")

    elsewhere.bring_to_front()
    elsewhere.goto(topic.get_absolute_url())
    for page in (listed, elsewhere):
        expect(count(page)).to_be_hidden()
    expect(listed).to_have_title("(1) Drafts · Parley")  # the post is new elsewhere


def test_the_list_is_live_and_ends_like_a_fresh_page(visit, ada, grace, topic):
    reader = visit(grace)
    page = reader.opens_live("/notifications/")
    expect(page.locator("live-part")).to_contain_text("Nothing yet")
    say(topic, ada, "@grace, one")
    expect(page.locator(".told--unread")).to_have_count(1)
    say(topic, ada, "@grace, two")
    expect(page.locator(".told--unread")).to_have_count(2)
    Reading.objects.record_seen(grace, topic.pk, 2)
    expect(page.locator(".told--unread")).to_have_count(1)

    page.locator("time[title]").first.wait_for(state="attached")
    live = page.locator(".tolds").inner_html()
    fresh = reader.opens_live("/notifications/")
    fresh.locator("time[title]").first.wait_for(state="attached")
    assert live == fresh.locator(".tolds").inner_html()
    assert count(page).text_content() == count(fresh).text_content() == "1"


def test_a_page_that_was_away_counts_what_came_meanwhile(visit, ada, grace, topic):
    page = visit(grace).opens_live("/drafts/")
    page.context.set_offline(True)
    say(topic, ada, "@grace")
    page.context.set_offline(False)

    expect(count(page)).to_have_text("1")


def test_the_menu_of_the_bell_leads_to_what_happened_and_marks_all_as_read(
    visit, ada, grace, topic
):
    say(topic, ada, "@grace, one")
    page = visit(grace).opens_live("/drafts/")
    page.locator("#bell").click()
    expect(page.locator(".menu .told")).to_have_count(1)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.get_by_role("button", name="Mark all as read").click()
    expect(count(page)).to_be_hidden()
    assert page.url.endswith("/drafts/")

    say(topic, ada, "@grace, two")
    expect(page.get_by_role("link", name="Notifications 1")).to_be_visible()
    page.locator("#bell").click()
    page.locator(".menu .told--unread a").click()
    page.wait_for_url("**#post-3")
    expect(count(page)).to_be_hidden()


def test_a_level_is_chosen_in_place_and_shows_on_other_pages(visit, grace, topic):
    reader, other = visit(grace), visit(grace)
    page, elsewhere = reader.opens_live(topic), other.opens_live(topic)
    follow = page.locator("live-part[data-kind=level] a")
    follow.click()
    page.get_by_role("button", name="Watching You are told").click()

    for one in (page, elsewhere):
        expect(one.locator("live-part[data-kind=level] a")).to_have_text("Watching")
    assert TopicLevel.objects.get(member=grace).level == Level.WATCHING
    follow.click()
    expect(page.locator('.levels [aria-pressed="true"]')).to_contain_text("Watching")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_sentence_keeps_its_direction_and_the_page_its_width(visit, ada, grace, topic):
    User.objects.filter(pk=ada.pk).update(name="עדה")
    ada.refresh_from_db()
    say(topic, ada, "@grace")
    page = visit(grace).opens_live("/notifications/")
    page.set_viewport_size({"width": 390, "height": 700})

    sentence = page.get_by_role("link", name="mentioned you in")
    expect(sentence).to_have_css("direction", "ltr")
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    button = page.get_by_role("button", name="Show", exact=True)
    assert button.bounding_box()["height"] < 60  # its text is on one line


def test_choosing_a_level_elsewhere_reads_nothing_of_the_topic(visit, ada, grace, topic):
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    say(topic, ada, "Hello")
    page = visit(grace).opens_live("/following/")
    page.get_by_role("link", name="Watching: ").click()
    page.get_by_role("button", name="Tracking You see").click()
    expect(page.get_by_role("link", name="Tracking: ")).to_be_visible()
    expect(page.locator(".levels")).to_have_count(0)  # what was sent has been answered

    expect(count(page)).to_be_visible()
    assert not Reading.objects.filter(user=grace).exists()


def test_levels_and_notifications_work_without_scripts(visit, ada, grace, topic):
    page = visit(grace, scripts=False).opens(Category.objects.get())
    page.get_by_role("link", name="Follow").click()
    page.get_by_role("button", name="Watching You are told").click()
    assert CategoryLevel.objects.get().level == Level.WATCHING
    say(topic, ada, "Hello")

    page.goto("/")
    expect(count(page)).to_have_text("1")
    page.locator("#bell").click()
    page.get_by_role("link", name="Ada Lovelace posted in").click()
    page.wait_for_url("**#post-2")
    page.goto("/notifications/")
    page.get_by_role("button", name="Mark all as read").click()
    expect(count(page)).to_be_hidden()


def test_posts_of_ignored_members_are_folded_on_all_open_pages_until_they_are_asked_for(
    visit, ada, grace, topic
):
    reader, other = visit(grace), visit(grace)
    page, elsewhere = reader.opens_live(ada), other.opens_live(topic)
    text = elsewhere.get_by_text("I wonder.")
    expect(text).to_be_visible()
    page.get_by_role("link", name="Follow").click()
    page.get_by_role("button", name="Ignored You are told").click()

    expect(text).to_be_hidden()
    elsewhere.get_by_role("link", name="Link to post 1").click()
    elsewhere.wait_for_url("**#post-1")
    expect(text).to_be_visible()


def test_what_one_follows_is_listed_live(visit, grace, topic):
    page = visit(grace).opens_live("/following/")
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    button = page.get_by_role("link", name="Watching: Tea or coffee?")
    button.click()
    page.get_by_role("button", name="Muted You are told nothing").click()

    expect(page.get_by_role("link", name="Muted: Tea or coffee?")).to_be_visible()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_device_rings_if_its_owner_wants_it(visit, ada, grace, topic):
    page = visit(grace).opens_live("/settings/notifications/")
    page.evaluate("""() => {
      window.tones = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) { window.tones += 1; start.call(this, at); };
    }""")
    say(topic, ada, "@grace, quietly")
    expect(count(page)).to_have_text("1")
    assert page.evaluate("window.tones") == 0

    page.get_by_label("Sound on this device").check()
    assert page.evaluate("window.tones") == 2
    say(topic, ada, "@grace, loudly")
    expect(count(page)).to_have_text("2")
    page.wait_for_function("window.tones === 4")


def test_the_time_zone_of_the_browser_is_offered_until_it_is_chosen(visit, grace):
    page = visit(grace, timezone_id="America/Argentina/Ushuaia").opens_live(
        "/settings/notifications/"
    )
    offer = page.get_by_role("button", name="this browser: America/Argentina/Ushuaia")
    offer.click()
    zone = page.get_by_label("Time zone")
    expect(zone).to_have_value("America/Argentina/Ushuaia")
    expect(zone).to_be_focused()
    expect(offer).to_be_hidden()

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(zone).to_have_value("America/Argentina/Ushuaia")
    assert Preferences.objects.get(pk=grace.pk).time_zone == "America/Argentina/Ushuaia"
    zone.select_option("Europe/Vienna")
    expect(offer).to_be_visible()


def test_another_name_of_the_same_zone_is_not_offered(visit, grace):
    Preferences.objects.create(member=grace, time_zone="Asia/Kolkata")
    page = visit(grace, timezone_id="Asia/Calcutta").opens_live("/settings/notifications/")
    zone = page.get_by_label("Time zone")
    zone.select_option("Europe/Vienna")
    expect(page.locator("zone-offer")).to_be_visible()
    zone.select_option("Asia/Kolkata")
    expect(page.locator("zone-offer")).to_be_hidden()


def test_the_settings_are_accessible_and_kept(visit, grace):
    page = visit(grace).opens_live("/settings/notifications/")
    page.get_by_label("Topics you reply to").select_option("Watching")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Topics you reply to")).to_have_value("3")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
