"""The ways of members from following something to an email fewer, with scripts and without."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.mail.bounces import record_bounce
from forum.models import Level, TopicLevel
from forum.notifications import preferences, telling
from forum.notifications.kinds import BY_NAME
from forum.notifications.mailing import unsubscribing
from tests.support import world

pytestmark = pytest.mark.once
SIGHTS = [(1280, "light"), (390, "dark")]


@pytest.fixture
def grace(transactional_db):
    return world.member("grace")


@pytest.fixture
def iris(transactional_db):
    return world.member("iris")


def say(topic, author, text):
    topic.reply(author, text)
    telling.tell()


def count(page):
    return page.locator(".bell__count")


def choose(page, level):
    """In the menu beside the topic, or on the page that the link leads to without scripts."""
    page.get_by_role("link", name="Follow").or_(
        page.locator("live-part[data-kind=level] a")
    ).first.click()
    page.get_by_role("button", name=level).click()


@pytest.mark.parametrize("scripts", [True, False])
def test_who_watches_a_topic_is_told_reads_it_and_has_read_it_on_other_devices(
    visit, ada, grace, topic, scripts
):
    page = visit(grace, scripts=scripts).opens(topic)
    phone = visit(grace).opens_live("/drafts/")
    choose(page, "Watching You are told")
    expect(page.locator("live-part[data-kind=level] a")).to_have_text("Watching")
    page.goto("/drafts/")
    say(topic, ada, "Hello")
    expect(count(phone)).to_have_text("1")

    if not scripts:
        page.reload()
    expect(count(page)).to_have_text("1")
    page.locator("#bell").click()
    page.locator(".told--unread a").first.click()
    page.wait_for_url("**#post-2")

    expect(count(page)).to_be_hidden()
    expect(count(phone)).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_who_mutes_a_topic_is_not_told_of_it(visit, ada, grace, iris, topic, scripts):
    page = visit(grace, scripts=scripts).opens(topic)
    hers = visit(iris).opens_live("/drafts/")
    choose(page, "Muted You are told nothing")
    expect(page.locator("live-part[data-kind=level] a")).to_have_text("Muted")
    page.goto("/notifications/")
    say(topic, ada, "@grace @iris")
    expect(count(hers)).to_have_text("1")

    page.reload()
    expect(count(page)).to_be_hidden()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()


def test_who_ignores_a_member_is_not_told_of_them_without_scripts(visit, ada, grace, topic):
    page = visit(grace, scripts=False).opens(ada)
    page.get_by_role("link", name="Follow").click()
    page.get_by_role("button", name="Ignored You are told nothing").click()
    say(topic, ada, "@grace")

    page.goto(topic.get_absolute_url())
    expect(count(page)).to_be_hidden()
    expect(page.get_by_text("I wonder.")).to_be_hidden()
    page.goto("/following/")
    page.get_by_role("link", name="Ignored: Ada Lovelace").click()
    page.get_by_role("button", name="Normal You are told").click()
    page.goto(topic.get_absolute_url())
    expect(page.get_by_text("I wonder.")).to_be_visible()


def test_a_list_of_one_kind_stays_one_and_marks_that_kind(visit, ada, grace, topic):
    other = world.topic(ada, world.category("Ideas"), "Cake?")
    telling.tell()
    TopicLevel.objects.choose(grace, other, Level.WATCHING)
    page = visit(grace).opens_live("/notifications/")
    page.get_by_label("Kind").select_option("Somebody mentions you")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**kind=mention")
    page.locator("live-status[data-state=live]").wait_for(state="attached")
    say(other, ada, "Lemon cake.")
    expect(count(page)).to_have_text("1")
    say(topic, ada, "@grace")
    expect(count(page)).to_have_text("2")

    expect(page.locator(".told")).to_have_count(1)
    page.get_by_role("button", name="Mark all of this kind as read").click()
    expect(count(page)).to_have_text("1")
    assert "kind=mention" in page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_the_address_of_an_email_ends_emails_of_its_kind(visit, grace, scripts):
    address = urlsplit(unsubscribing.address(grace.pk, "kind-mention")).path
    page = visit(scripts=scripts).opens(address)
    expect(page.get_by_text("“Somebody mentions you”")).to_be_visible()
    if scripts:
        assert not Axe().run(page).response["violations"]
    page.get_by_role("button", name="Yes, do that").click()

    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    chosen = preferences.of([grace.pk])[grace.pk]
    assert preferences.ways(chosen, BY_NAME["mention"]).mail == "off"


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(
    visit, ada, grace, topic, width, scheme
):
    ada.name = "Wolfeschlegelsteinhausenbergerdorff"
    ada.save()
    long = world.topic(ada, world.category("Ideas"), "Donaudampfschifffahrt" * 6)
    for one in (topic, long):
        TopicLevel.objects.choose(grace, one, Level.WATCHING)
        say(one, ada, "@grace")
    for _ in range(3):
        record_bounce(grace.email)
    window = {"width": width, "height": 800}
    person = visit(grace, viewport=window, color_scheme=scheme)

    for path in (
        "/notifications/",
        "/notifications/?kind=mention",
        "/notifications/?kind=quote",
        "/notifications/?show=unread&before=1",
        "/following/",
        "/following/?of=topics&before=1",
        f"/t/{long.pk}/level/",
        "/settings/notifications/",
    ):
        page = person.opens_live(path)
        assert not Axe().run(page).response["violations"], path
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), path
