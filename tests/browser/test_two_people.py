"""Two people, two windows."""

import pytest
from playwright.sync_api import expect

from forum.models import Post, Topic
from tests.support import world


@pytest.fixture
def grace(transactional_db):
    return world.member("grace", name="Grace Hopper")


def says(person, text):
    person.page.locator("#reply textarea, textarea[name=body]").first.fill(text)
    person.page.locator("form:has(textarea[name=body]) .button--main").first.click()
    person.page.locator(".post", has_text=text).wait_for()


def test_each_sees_the_others_posts_at_once(topic, ada, grace, visit):
    hers, his = visit(ada), visit(grace)
    hers.opens_live(topic)
    his.opens_live(topic)

    says(hers, "Can you see this?")
    expect(his.page.locator(".post", has_text="Can you see this?")).to_be_visible()
    says(his, "I can. And you?")
    expect(hers.page.locator(".post", has_text="I can. And you?")).to_be_visible()


def test_a_guest_sees_it_too(topic, ada, visit):
    hers, guest = visit(ada), visit()
    hers.opens(topic)
    guest.opens_live(topic)

    says(hers, "For everybody.")

    expect(guest.page.locator(".post", has_text="For everybody.")).to_be_visible()


def test_a_double_click_makes_one_post(topic, ada, visit):
    person = visit(ada)
    page = person.opens(topic)
    page.locator("textarea[name=body]").first.fill("Only once, please.")

    page.locator("form:has(textarea[name=body]) .button--main").first.dblclick(no_wait_after=True)

    page.locator("#post-2").wait_for()
    assert Post.objects.filter(body="Only once, please.").count() == 1


def test_the_back_button_and_sending_again_make_one_post(topic, ada, visit):
    person = visit(ada, scripts=False)
    person.opens(topic)  # whoever signs in by hand has the forms' cookie by now
    page = person.opens(f"/t/{topic.pk}/reply/")
    page.locator("textarea[name=body]").fill("Only once, please.")
    page.locator("form:has(textarea[name=body]) .button--main").click()
    page.locator("#post-2").wait_for()

    page.go_back()
    page.locator("textarea[name=body]").fill("Only once, please.")
    page.locator("form:has(textarea[name=body]) .button--main").click()

    page.locator("#post-2").wait_for()
    assert topic.posts.count() == 2


def test_what_is_being_written_stays_while_others_post(topic, ada, grace, visit):
    hers, his = visit(ada), visit(grace)
    page = hers.opens_live(topic)
    his.opens(topic)
    box = page.locator("textarea[name=body]").first
    box.click()
    box.type("Half a sent")
    before = box.bounding_box()["y"]

    says(his, "Meanwhile.")
    page.locator(f"live-topic[data-change='{Topic.objects.get().change}']").wait_for()

    assert page.evaluate("document.activeElement.name") == "body"
    assert box.input_value() == "Half a sent"
    assert abs(box.bounding_box()["y"] - before) < 2
    expect(page.locator("[data-pill]")).to_be_visible()
    page.locator("[data-pill]").click()
    expect(page.locator(".post", has_text="Meanwhile.")).to_be_in_viewport()
    assert box.input_value() == "Half a sent"


def test_the_reading_position_does_not_move(ada, grace, visit):
    long = world.topic(ada, world.category("Long"), replies=15)
    for post in long.posts.all():
        post.edit(ada, "A paragraph.\n\n" * 6)
    reader, writer = visit(viewport={"width": 1000, "height": 600}), visit(ada)
    page = reader.opens_live(long)
    page.locator("#post-8").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#post-8').scrollIntoView()")
    before = page.locator("#post-8").bounding_box()["y"]
    version = long.posts.get(number=2).version

    writer.sends(
        f"/p/{long.posts.get(number=2).pk}/update/",
        body="Much longer.\n\n" * 30,
        reason="",
        version=version,
    )
    writer.sends(f"/p/{long.posts.get(number=3).pk}/hide/")
    writer.sends(f"/t/{long.pk}/replies/", body="At the end.", token="a" * 32)

    long.refresh_from_db()
    page.locator(f"live-topic[data-change='{long.change}']").wait_for()
    assert page.locator("#post-2").inner_text().count("Much longer.") == 30
    assert abs(page.locator("#post-8").bounding_box()["y"] - before) <= 1
    expect(page.locator("[data-pill]")).to_be_visible()


def test_the_pill_leads_to_the_new_reply_and_goes(ada, visit):
    long = world.topic(ada, world.category("Long"), replies=12)
    reader, writer = visit(), visit(ada)
    page = reader.opens_live(long)

    writer.sends(f"/t/{long.pk}/replies/", body="At the end.", token="a" * 32)

    page.locator("[data-pill]").click()
    expect(page.locator("#post-14")).to_be_in_viewport()
    expect(page.locator("[data-pill]")).to_be_hidden()
    assert not page.title().startswith("(")


def test_the_second_editor_is_told_and_keeps_the_text(topic, ada, visit):
    moderator = world.moderator()
    post = topic.posts.get(number=1)
    hers, his = visit(ada), visit(moderator)
    for person, text in ((hers, "Ada's words."), (his, "The moderator's words.")):
        person.opens(f"/p/{post.pk}/edit/")
        person.page.locator("textarea[name=body]").fill(text)

    hers.page.locator("form:has(textarea[name=body]) .button--main").first.click()
    hers.page.locator(".post", has_text="Ada's words.").wait_for()
    his.page.locator("form:has(textarea[name=body]) .button--main").first.click()

    expect(his.page.locator("body")).to_contain_text("Ada's words.")
    assert his.page.locator("textarea[name=body]").input_value() == "The moderator's words."
    his.page.locator("form:has(textarea[name=body]) .button--main").first.click()
    his.page.locator(".post", has_text="The moderator's words.").wait_for()
    assert post.revisions.count() == 2


def test_a_topic_moved_out_of_sight_is_gone_for_those_who_may_not_follow(topic, ada, visit):
    lounge, insider, moderator = world.lounge(), world.insider(), world.moderator()
    moderator.groups.add(*insider.groups.all())
    guest, writer, member, mover = visit(), visit(ada), visit(insider), visit(moderator)
    seen, written, kept = (
        guest.opens_live(topic),
        writer.opens_live(topic),
        member.opens_live(topic),
    )
    written.locator("textarea[name=body]").fill("Half a sent")

    mover.sends(f"/t/{topic.pk}/move/", category=lounge.pk)
    topic.reply(ada, "Between us.")

    expect(seen.locator(".notice[role=alert]")).to_be_visible()
    expect(kept.locator(".post", has_text="Between us.")).to_be_visible(timeout=15_000)
    for page in (seen, written):
        expect(page.locator(".aside, .presence, .writers, #jump, p.reply")).to_have_count(0)
        assert "Between us." not in page.content()
        assert topic.title not in page.title() + page.locator("#main").inner_text()
    expect(seen.locator(".reply")).to_have_count(0)
    box = written.locator("textarea[name=body]")
    expect(box).to_have_js_property("readOnly", True)
    assert box.input_value() == "Half a sent"
    guest.errors.clear()  # the refused request shows in the console, as it should
