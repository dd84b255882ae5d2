"""axe finds nothing on any page, light or dark, wide, narrow or zoomed in."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support import world

pytestmark = pytest.mark.once

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
ZOOMED = {"width": 320, "height": 256}  # a window of 1280 by 1024 at 400 %
SIGHTS = {
    "wide-light": (WIDE, "light"),
    "narrow-dark": (NARROW, "dark"),
    "zoomed-light": (ZOOMED, "light"),
}


@pytest.fixture
def forum(transactional_db):
    ada, mo = world.member("ada", name="Ada Lovelace"), world.moderator()
    category = world.category("Help", description="Questions of every size.")
    topic = world.topic(ada, category, replies=45)
    post = topic.posts.get(number=2)
    post.edit(
        ada,
        "# Heading\n\n- [x] done\n- [ ] not\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```python\nx ="
        " 1\n```",
        "why",
    )
    topic.posts.get(number=3).hide(ada)
    topic.posts.get(number=4).make_wiki()
    for _ in range(2):
        topic.reply(ada, "To you.", reply_to=post)
    closed = world.topic(ada, category, "A closed topic")
    closed.close()
    closed.pin()
    return {
        "ada": ada,
        "mo": mo,
        "category": category,
        "topic": topic,
        "post": post,
        "closed": closed,
    }


def pages(forum):
    topic, post, category = forum["topic"], forum["post"], forum["category"]
    everybody = [
        "/",
        category.get_absolute_url(),
        topic.get_absolute_url(),
        f"{topic.get_absolute_url()}?page=3",
        forum["closed"].get_absolute_url(),
        f"/p/{post.pk}/history/",
        f"/p/{post.pk}/history/?view=sides",
        f"/p/{post.pk}/menu/",
        f"/p/{post.pk}/replies/",
        "/u/ada/",
        "/u/ada/topics/",
        "/writing/",
        "/nowhere/",
    ]
    guests = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
    members = [
        "/t/new/",
        f"/t/{topic.pk}/reply/?quote=2",
        f"/t/{topic.pk}/reply/?to=2",
        f"/p/{post.pk}/edit/",
        f"/p/{post.pk}/history/1/revert/",
        f"/p/{post.pk}/history/1/hide/",
        f"/p/{post.pk}/wiki/",
        f"/t/{topic.pk}/edit/",
        f"/t/{topic.pk}/move/",
        "/profile/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/sessions/",
        "/accounts/logout/",
    ]
    return everybody, guests, members


@pytest.mark.parametrize(("size", "scheme"), SIGHTS.values(), ids=SIGHTS)
@pytest.mark.parametrize("who", ["guest", "mo"])
def test_axe_finds_nothing(who, size, scheme, forum, visit):
    everybody, guests, members = pages(forum)
    person = visit(forum.get(who), viewport=size, color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for path in everybody + (guests if who == "guest" else members):
        page = person.opens(path)
        violations = Axe().run(page).response["violations"]
        if violations:
            found[path] = [
                (v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in violations
            ]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{path} scrolls sideways"
        )
    assert not found


@pytest.mark.parametrize(("size", "scheme"), SIGHTS.values(), ids=SIGHTS)
def test_axe_finds_nothing_in_what_the_composer_opens(size, scheme, forum, visit):
    person = visit(forum["ada"], viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = person.opens_live(forum["topic"])
    field = page.locator("textarea[data-composer]")
    field.focus()
    page.locator("text-expander:defined").wait_for()
    found = {}

    def look(name):
        violations = Axe().run(page).response["violations"]
        if violations:
            found[name] = [
                (v["id"], [node["html"][:160] for node in v["nodes"]]) for v in violations
            ]

    for typed in ("@mo", "#topic", ":smi"):
        field.press_sequentially(f"{typed}")
        page.get_by_role("option").first.wait_for()
        look(typed)
        page.keyboard.press("Escape")
        field.press_sequentially(" ")
    page.get_by_role("button", name="Emoji").click()
    page.get_by_role("option").first.wait_for()
    look("emoji")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Full screen").click()
    look("full screen")
    page.keyboard.press("Escape")
    page.evaluate("scrollTo(0, 0)")
    page.locator("#post-2 [data-reply]").click()
    page.locator("[data-dock=pinned]").wait_for()
    look("pinned")
    page.get_by_role("button", name="Minimise").click()
    look("minimised")

    assert not found


@pytest.mark.parametrize(("size", "scheme"), SIGHTS.values(), ids=SIGHTS)
def test_axe_finds_nothing_in_what_stands_between_posts(size, scheme, forum, visit):
    """The replies to a post, how the answered one begins, and the button for chosen words."""
    page = visit(forum["mo"], viewport=size, color_scheme=scheme).opens_live(forum["topic"])
    page.locator("#post-2 [data-replies]").click()
    page.locator("#post-2 .replies li").first.wait_for()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#post-1 .post__body'))")
    page.locator(".quoting").wait_for()
    results = [Axe().run(page, context="#posts")]
    page.goto(f"{forum['topic'].get_absolute_url()}?page=3")
    page.locator("#post-47 .post__to").focus()
    page.locator("#post-47 .post__to").hover()
    page.locator(".excerpt.menu").wait_for()
    results.append(Axe().run(page, context="#posts"))

    assert [result.generate_report() for result in results if result.violations_count] == []
