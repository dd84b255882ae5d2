"""A reply that was begun goes along to other pages of the forum, and is sent from there."""

import pytest
from playwright.sync_api import expect

from forum.drafts.models import Draft
from forum.models import Post
from tests.support import world
from tests.support.polling import until

pytestmark = pytest.mark.once


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), "Tea <b>or</b> coffee?")


@pytest.fixture
def other(ada, topic):
    return world.topic(ada, topic.category, "Cake")


@pytest.fixture
def begun(visit, ada, topic):
    """Ada's page, on which she has begun a reply and has then left for the list of topics."""
    person = visit(ada)
    begins(person.opens_live(topic))
    return person.opens_live("/")


def begins(page, text="Half a thought"):
    field(page).fill(text)
    expect(page.locator(".form__state")).to_have_text("Draft saved")


def field(page):
    return page.locator("textarea[data-composer]")


def bar(page):
    return page.get_by_role("complementary", name="Your reply")


def continues(page):
    bar(page).get_by_role("link", name="Continue").click()
    page.locator("[data-carried][data-dock=pinned]").wait_for()
    return page.locator("[data-carried] textarea[data-composer]")


def test_the_next_page_leads_back_to_it(begun, topic):
    expect(bar(begun)).to_contain_text("Your reply to Tea <b>or</b> coffee?")

    bar(begun).get_by_role("link", name="Tea").click()

    expect(field(begun)).to_have_value("Half a thought")
    expect(bar(begun)).to_have_count(0)


def test_it_is_continued_and_sent_in_place(begun, topic):
    text = continues(begun)
    expect(text).to_be_focused()
    expect(text).to_have_value("Half a thought")

    text.fill("A whole thought")
    text.press("Control+Enter")

    expect(bar(begun)).to_contain_text("Your reply has been posted.")
    expect(begun.locator("[data-carried]")).to_have_count(0)
    assert begun.url.endswith("/")
    assert Post.objects.get(topic=topic, number=2).body == "A whole thought"
    assert not Draft.objects.exists()
    bar(begun).get_by_role("link", name="Show").click()
    expect(begun.locator("#post-2")).to_be_in_viewport()
    begun.goto("/")
    begun.locator("live-status[data-state=live]").wait_for()
    expect(bar(begun)).to_have_count(0)


def test_two_clicks_open_one_form(begun):
    bar(begun).get_by_role("link", name="Continue").dblclick()
    begun.locator("[data-carried][data-dock=pinned]").wait_for()
    begun.evaluate("fetch('/').then((answer) => answer.text())")  # a second form would have come

    expect(begun.locator("[data-carried]")).to_have_count(1)


def test_signed_out_meanwhile_the_next_pages_ask_for_nothing(visit, ada, topic):
    person = visit(ada)
    page = person.opens_live(topic)
    begins(page)
    person.context.clear_cookies()
    page.evaluate("delete document.body.dataset.user")  # as reader.js does once it has noticed
    page.goto("/")

    marks = "Object.keys(localStorage).filter((key) => key.startsWith('begun '))"
    assert page.evaluate(marks) == []


def test_in_another_topic_each_form_keeps_its_own_text(begun, other):
    begun.goto(other.get_absolute_url())
    text = continues(begun)
    own = begun.locator("#reply textarea")

    own.focus()
    begun.locator("#post-1 [data-quote]").click()
    expect(text).to_have_value("Half a thought")
    expect(own).not_to_have_value("")
    begun.locator("[data-carried] md-bold").wait_for()
    text.evaluate("area => area.select()")
    begun.locator("[data-carried]").get_by_role("button", name="Bold").click()

    expect(text).to_have_value("**Half a thought**")


def test_a_quote_of_another_topic_goes_into_the_reply_that_is_written(begun, other):
    begun.goto(other.get_absolute_url())
    text = continues(begun)
    text.focus()

    begun.locator("#post-1 [data-quote]").click()

    expect(text).not_to_have_value("Half a thought")
    assert "I wonder." in text.input_value()


def test_it_is_minimised_and_goes_on_to_further_pages(begun, other):
    text = continues(begun)
    text.fill("Three quarters")
    begun.get_by_role("button", name="Minimise").click()
    begun.get_by_role("button", name="Continue your reply").click()
    expect(text).to_be_focused()
    begun.goto("/u/ada/")

    expect(continues(begun)).to_have_value("Three quarters")


def test_when_it_is_sent_elsewhere_the_bar_goes(begun, visit, ada, topic):
    expect(bar(begun)).to_be_visible()
    phone = visit(ada).opens_live(topic)
    expect(field(phone)).to_have_value("Half a thought")

    field(phone).press("Control+Enter")

    expect(bar(begun)).to_have_count(0)
    begun.reload()
    begun.locator("live-status[data-state=live]").wait_for()
    expect(bar(begun)).to_have_count(0)


def test_it_can_be_hidden_and_stays_a_draft(begun):
    bar(begun).get_by_role("button", name="Hide").click()
    expect(bar(begun)).to_have_count(0)

    begun.reload()
    begun.locator("live-status[data-state=live]").wait_for()

    expect(bar(begun)).to_have_count(0)
    assert Draft.objects.get().fields["body"] == "Half a thought"


def test_a_topic_that_can_no_longer_be_seen_is_not_named(begun, topic):
    topic.move(world.lounge())

    with begun.expect_response("**/drafts/begun/**") as answer:
        begun.reload()

    assert answer.value.status == 204
    expect(bar(begun)).to_have_count(0)


def test_nothing_is_asked_where_nothing_was_begun(visit, ada, topic):
    person = visit(ada)
    page = person.opens_live(topic)
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    person.opens_live("/")

    assert [url for url in asked if "begun" in url] == []


def test_the_queue_keeps_it_when_the_forum_is_away(begun, topic):
    text = continues(begun)
    begun.route("**/replies/", lambda route: route.abort())
    begun.locator("waiting-posts:defined").first.wait_for(state="attached")
    text.fill("Later")
    text.press("Control+Enter")
    expect(begun.locator(".waiting__post")).to_contain_text("Later")

    begun.unroute("**/replies/")
    begun.evaluate("void dispatchEvent(new Event('online'))")

    until(lambda: Post.objects.filter(topic=topic, number=2, body="Later").exists())
    expect(begun.locator("[data-carried]")).to_have_count(0)
