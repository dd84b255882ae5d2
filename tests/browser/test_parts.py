"""What differs by reader follows the topic's state on open pages, too, and takes away nothing that
somebody typed.
"""

import pytest
from playwright.sync_api import expect

from tests.support import world


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=2)


@pytest.fixture
def mo(transactional_db, visit):
    return visit(world.moderator())


def test_what_each_may_do_follows_the_topics_state(topic, ada, mo, visit):
    elsewhere, at = world.category("Ideas"), f"/t/{topic.pk}"
    hers, other, guest = people = visit(ada), visit(world.moderator("moss")), visit()
    for person in people:
        person.opens_live(topic)
        person.hurries()
    other.page.get_by_role("button", name="Close").focus()

    for verb in ("close", "pin"):
        mo.sends(f"{at}/{verb}/")
    for person in people:
        person.ends_like_a_fresh_page(topic)
    expect(hers.page.locator(".reply")).to_contain_text("closed")
    expect(other.page.get_by_role("button", name="Reopen")).to_be_focused()

    mo.sends(f"{at}/open/")
    mo.sends(f"{at}/move/", category=elsewhere.pk)
    for person in people:
        person.ends_like_a_fresh_page(topic)
    hers.page.locator("#reply textarea").fill("Reopen, and with tools.")
    hers.page.get_by_role("button", name="Preview").click()
    expect(hers.page.locator(".composer__pane")).to_have_text("Reopen, and with tools.")
    hers.page.locator("#reply .button--main").click()
    expect(hers.page.locator("#post-4")).to_contain_text("Reopen, and with tools.")


def test_what_was_typed_outlives_a_closed_topic(topic, ada, mo, visit):
    hers = visit(ada)
    page = hers.opens_live(topic)
    hers.hurries()
    box = page.locator("textarea[name=body]")
    box.fill("Half a sentence")
    box.evaluate("area => { area.focus(); area.setSelectionRange(2, 6); }")

    mo.sends(f"/t/{topic.pk}/close/")

    expect(page.locator("#reply")).to_contain_text("This topic is closed")
    expect(page.locator(".form__state")).to_have_text("Not sent. Your text has been saved here.")
    expect(page.locator("form.reply .button--main")).to_be_disabled()
    as_it_was = (
        "area => [area.value, area.selectionStart, area.selectionEnd, area ==="
        " document.activeElement]"
    )
    assert box.evaluate(as_it_was) == ["Half a sentence", 2, 6, True]
    page.keyboard.press("Control+Enter")
    page.keyboard.type("!")
    page.reload()
    expect(box).to_have_count(0)
    hers.hurries()

    mo.sends(f"/t/{topic.pk}/open/")

    expect(box).to_have_value("Half a sentence")
    box.press("Control+Enter")
    expect(page.locator("#post-4")).to_contain_text("Half a sentence")


def test_who_may_no_longer_write_is_told_and_keeps_what_was_typed(topic, ada, visit):
    hers, owner, guest = visit(ada), visit(world.owner()), visit()
    page = hers.opens_live(topic)
    guest.opens_live(topic)
    page.locator("textarea[name=body]").fill("Half a sentence")
    hers.hurries()

    gives_the_pen(owner, topic.category, [world.group("Chosen")])

    expect(page.locator("#reply")).to_contain_text("but not post in it")
    expect(page.locator("form.reply .button--main")).to_be_disabled()

    gives_the_pen(owner, topic.category, [])

    expect(page.locator("form.reply .button--main")).to_be_enabled()
    page.locator("textarea[name=body]").press("Control+Enter")
    expect(page.locator("#post-4")).to_contain_text("Half a sentence")
    guest.ends_like_a_fresh_page(topic)


def gives_the_pen(owner, category, groups):
    """The owner says in the admin who may write in a category; nobody named is every member."""
    fields = {
        "name": category.name,
        "slug": category.slug,
        "color": category.color,
        "position": category.position,
        "mail_address-TOTAL_FORMS": 0,
        "mail_address-INITIAL_FORMS": 0,
    }
    posters = [("posters", str(group.pk)) for group in groups]
    owner.sends(f"/admin/forum/category/{category.pk}/change/", **fields, **dict(posters))


def test_a_reply_that_was_begun_goes_on_when_its_topic_opens_again(topic, ada, mo, visit):
    hers = visit(ada)
    page = hers.opens_live(topic)
    hers.hurries()
    box = page.locator("textarea[name=body]")
    box.fill("Half a sent")

    mo.sends(f"/t/{topic.pk}/close/")
    expect(box).to_have_js_property("readOnly", True)
    mo.sends(f"/t/{topic.pk}/open/")
    expect(box).to_be_editable()

    hers.ends_like_a_fresh_page(topic)
    box.press("End")
    box.press_sequentially("ence")
    box.press("Control+Enter")
    expect(page.locator("#post-4")).to_contain_text("Half a sentence")
