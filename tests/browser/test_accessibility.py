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
TALL = "```\n" + "tea\n" * 80 + "```"


@pytest.fixture
def forum(transactional_db):
    ada, mo = world.member("ada", name="Ada Lovelace"), world.moderator()
    category = world.category("Help", description="Questions of every size.")
    tag = world.tag("Black tea", description="Leaves in hot water.")
    topic = world.topic(ada, category, replies=45, tagged=[tag, world.tag("coffee")])
    post = topic.posts.get(number=2)
    post.edit(
        ada,
        "# Heading\n\n- [x] done\n- [ ] not\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```python\nx ="
        " 1\n```\n\nHe is ||his father||[^1].\n\n<details>\nthe log\n</details>\n\n[^1]: Who else?",
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
        "mo": mo,
        "category": category,
        "topic": topic,
        "post": post,
        "closed": closed,
    }


@pytest.fixture
def topic(transactional_db):
    """One whose second post has two answers, of which the first is taller than a window."""
    ada = world.member("ada", name="Ada Lovelace")
    topic = world.topic(ada, world.category("Help"), replies=1)
    for text in (TALL, "To you."):
        topic.reply(ada, text, reply_to=topic.posts.get(number=2))
    return topic


def pages_of_everybody(forum):
    topic, post = forum["topic"], forum["post"]
    return [
        "/",
        "/tags/",
        "/tags/black-tea/",
        forum["category"].get_absolute_url(),
        topic.get_absolute_url(),
        f"{topic.get_absolute_url()}?page=3",
        forum["closed"].get_absolute_url(),
        f"/p/{post.pk}/history/",
        f"/p/{post.pk}/history/?view=sides",
        f"/p/{post.pk}/menu/",
        f"/p/{post.pk}/replies/",
        "/u/ada/",
        "/u/ada/topics/",
        f"/search/?q=@ada+topic:{topic.pk}+tea",
        "/search/?q=he&after=soon",
        "/writing/",
        "/nowhere/",
    ]


def pages_of_guests(forum):
    return ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]


def pages_of_members(forum):
    topic, post = forum["topic"], forum["post"]
    return [
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


def violations(page, context="html"):
    """What axe finds there. Its script is put into a page once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(
        "async (context) => (await axe.run(context, {resultTypes: ['violations']})).violations",
        context,
    )
    return [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in found]


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        ("guest", pages_of_everybody),
        ("guest", pages_of_guests),
        ("mo", pages_of_everybody),
        ("mo", pages_of_members),
    ],
)
def test_axe_finds_nothing(who, pages, forum, visit):
    person = visit(forum.get(who), reduced_motion="reduce")
    found = {}
    for path in pages(forum):
        page = person.opens(path)
        for sight, (size, scheme) in SIGHTS.items():
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            if seen := violations(page):
                found[path, sight] = seen
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                f"{path} scrolls sideways, {sight}"
            )
    assert not found


@pytest.mark.parametrize(("size", "scheme"), SIGHTS.values(), ids=SIGHTS)
def test_axe_finds_nothing_in_what_the_composer_opens(size, scheme, topic, visit):
    person = visit(topic.author, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = person.opens_live(topic)
    field = page.locator("textarea[data-composer]")
    field.focus()
    page.locator("text-expander:defined").wait_for()
    found = {}

    def look(name):
        if seen := violations(page):
            found[name] = seen

    for typed in ("@ada", "#tea", ":smi"):
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
    page.locator("[data-dock=full]").wait_for()
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
def test_axe_finds_nothing_in_what_stands_between_posts(size, scheme, topic, visit):
    """The replies to a post, how the answered one begins, and the button for chosen words."""
    page = visit(world.moderator(), viewport=size, color_scheme=scheme).opens_live(topic)
    page.locator("#post-2 [data-replies]").click()
    page.locator("#post-2 .replies li").first.wait_for()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#post-1 .post__body'))")
    page.locator(".quoting").wait_for()
    found = violations(page, "#posts")
    page.locator("#post-4 .post__to").focus()
    page.locator("#post-4 .post__to").hover()
    page.locator(".excerpt.menu").wait_for()
    found += violations(page, "#posts")

    assert found == []
