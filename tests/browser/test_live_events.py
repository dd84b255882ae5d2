"""For every kind of change: the old page with the event applied equals the page fetched afresh."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from forum.models import Post, Topic
from forum.models.polls import key_of
from forum.pages.topic_lists import SIZE
from forum.signals import KINDS
from tests.browser.people import TOPIC_PARTS
from tests.support import world
from tests.support.polling import until

ROWS = "#rows > .row, #older"
LISTEN = """async () => {
  document.body.dataset.received = "";
  const loaded = performance.getEntriesByType("resource").map(entry => entry.name);
  const shared = await import(loaded.find(name =>
  /js\\/shared\\.[0-9a-f.]*js$/.test(name)));
  const {live} = shared.$connection_connection;
  live.subscribe({
    ask: () => ({type: "pong"}),
    poll() {},
    handle: message => message.title && (document.body.dataset.received += ` ${message.kind}`),
  });
}"""


def happens(kind, topic, grace, mo, elsewhere):
    """Makes a change of this kind through the site's own forms."""
    post = topic.posts.get(number=2)
    at = f"/t/{topic.pk}"
    {
        "created": lambda: grace.sends(
            f"{at}/replies/", body="Something *new*.", token=uuid.uuid4().hex
        ),
        "edited": lambda: mo.sends(
            f"/p/{post.pk}/update/", body="Better words.", reason="", version=post.version
        ),
        "hidden": lambda: mo.sends(f"/p/{post.pk}/hide/"),
        "restored": lambda: mo.sends(f"/p/{post.pk}/restore/"),
        "answered": lambda: mo.sends(f"/p/{topic.posts.last().pk}/hide/"),  # as many as before
        "pictures": lambda: show_picture(post),
        "reacted": lambda: mo.sends(f"/p/{post.pk}/reactions/", on="heart"),
        "polled": lambda: mo.sends(
            f"{at}/poll/", choice=1, poll=key_of(topic.posts.get(number=1).poll)
        ),
        "solved": lambda: mo.sends(f"/p/{post.pk}/hide/"),
        "accepted": lambda: mo.sends(f"/p/{post.pk}/answer/", accept="on"),
        "wiki": lambda: mo.sends(f"/p/{post.pk}/wiki/", editors="everybody"),
        "renamed": lambda: mo.sends(f"{at}/edit/", title="A better title"),
        "closed": lambda: mo.sends(f"{at}/close/"),
        "opened": lambda: mo.sends(f"{at}/open/"),
        "pinned": lambda: mo.sends(f"{at}/pin/"),
        "unpinned": lambda: mo.sends(f"{at}/unpin/"),
        "moved": lambda: mo.sends(f"{at}/move/", category=elsewhere.pk),
        "tagged": lambda: mo.sends(f"{at}/edit/", title=topic.title, tags="brewing, old"),
    }[kind]()


def show_picture(post):
    upload = world.ready_picture(post.author)
    Post.objects.filter(pk=post.pk).update(body=f"![Me]({upload.get_absolute_url()})")
    post.uses.create(upload=upload)
    Post.objects.get(pk=post.pk).show_new_pictures()


def prepare(kind, topic, mo):
    if kind == "answered":
        topic.reply(mo, "To you.", reply_to=topic.posts.get(number=2))
    elif kind == "polled":
        question = topic.posts.get(number=1)
        question.edit(question.author, "```poll\nTea?\n- Yes\n- No\n```")
    elif kind == "solved":
        topic.posts.get(number=2).accept()
    elif kind == "restored":
        topic.posts.get(number=2).hide(mo)
    elif kind == "opened":
        topic.close()
    elif kind == "unpinned":
        topic.pin()
    elif kind == "tagged":
        world.tag("brewing")
        topic.tag([world.tag("old"), world.tag("older")])


@pytest.fixture
def forum(transactional_db):
    ada, grace, mo = world.member("ada"), world.member("grace"), world.moderator()
    here, there = world.category("Help", takes_answers=True), world.category("Ideas")
    others = [world.topic(ada, here, f"Another topic {n}") for n in range(3)]
    topic = world.topic(ada, here, replies=3)
    world.topic(grace, there, "The newest of all")
    return {
        "ada": ada,
        "grace": grace,
        "mo": mo,
        "here": here,
        "there": there,
        "topic": topic,
        "others": others,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_topic_page_equals_a_fresh_one(kind, forum, visit):
    topic = forum["topic"]
    prepare(kind, topic, forum["mo"])
    Topic.objects.filter(pk=topic.pk).update(bumped_at=timezone.now() - timedelta(days=2))
    reader, grace, mo = visit(), visit(forum["grace"]), visit(forum["mo"])
    reader.opens_live(topic)
    reader.hurries()
    before = reader.sees(TOPIC_PARTS)

    happens(kind, topic, grace, mo, forum["there"])

    reader.ends_like_a_fresh_page(topic)
    assert reader.sees(TOPIC_PARTS) != before


def test_a_topic_that_gains_a_tag_comes_into_its_open_list(forum, visit):
    tag, topic = world.tag("brewing"), forum["topic"]
    forum["others"][0].tag([tag])
    reader, mo = visit(), visit(forum["mo"])
    page = reader.opens_live(tag)

    mo.sends(f"/t/{topic.pk}/edit/", title=topic.title, tags="brewing")

    page.locator(f"#rows > [data-topic='{topic.pk}']").wait_for()
    page.locator("[data-pill]").wait_for(state="hidden")
    kept = reader.sees(ROWS)
    reader.opens(tag)
    assert kept == reader.sees(ROWS)


def test_tabs_with_one_socket_each_show_only_what_belongs_into_their_list(forum, visit):
    topic, tag = forum["topic"], world.tag("brewing")
    forum["others"][0].tag([tag])
    reader, mo = visit(), visit(forum["mo"])
    tagged = reader.opens_live(tag)
    latest = reader.context.new_page()
    latest.goto(reader.address)
    latest.locator("live-status[data-state=live]").wait_for()

    mo.sends(f"/t/{topic.pk}/edit/", title="A better title")
    latest.locator(".row", has_text="A better title").wait_for()
    mo.sends(f"/t/{forum['others'][0].pk}/edit/", title="The last of all")

    tagged.locator(".row", has_text="The last of all").wait_for()
    assert tagged.locator(".row").count() == 1


def test_the_overview_of_tags_counts_a_topic_that_gains_one(forum, visit):
    tag, topic = world.tag("brewing"), forum["topic"]
    reader, mo = visit(), visit(forum["mo"])
    page = reader.opens_live("/tags/")
    expect(page.locator(".overview__one")).to_contain_text("0 topics")

    mo.sends(f"/t/{topic.pk}/edit/", title=topic.title, tags=tag.name)

    expect(page.locator(".overview__one")).to_contain_text("1 topic")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["latest", "category", "tag"])
def test_an_open_list_equals_a_fresh_one(kind, place, forum, visit):
    topic = forum["topic"]
    prepare(kind, topic, forum["mo"])
    if place == "tag" and kind != "tagged":
        topic.tag([world.tag("older")])
    reader, grace, mo = visit(), visit(forum["grace"]), visit(forum["mo"])
    category = forum["here"].get_absolute_url()
    where = {"latest": "/", "category": category, "tag": "/tags/older/"}[place]
    page = reader.opens_live(where)

    happens(kind, topic, grace, mo, forum["there"])

    topic.refresh_from_db()
    row = page.locator(f"#rows > [data-topic='{topic.pk}']")
    if (kind, place) in (("moved", "category"), ("tagged", "tag")):
        row.wait_for(state="detached")
    else:
        page.locator(
            f"#rows > [data-topic='{topic.pk}'][data-change='{topic.row_change}']"
        ).wait_for()
    page.locator("[data-pill]").wait_for(state="hidden")
    kept = reader.sees(ROWS)
    reader.opens(where)
    assert kept == reader.sees(ROWS)


# Pictures become ready in another process, whose changes the sweep finds, but not of which kind.
# Of reactions and votes only pages with their topic learn.
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("pictures", "reacted", "polled")]
)
def test_every_other_page_counts_new_posts_and_nothing_else(kind, forum, visit):
    topic, other = forum["topic"], forum["others"][0]
    prepare(kind, topic, forum["mo"])
    reader, grace, mo = visit(), visit(forum["grace"]), visit(forum["mo"])
    page = reader.opens_live(other)
    page.evaluate(LISTEN)

    happens(kind, topic, grace, mo, forum["there"])

    page.locator(f"body[data-received~='{kind}']").wait_for()
    counted = page.locator("[data-elsewhere]").is_visible()
    assert counted == (kind == "created")
    assert page.title().startswith("(1) ") == (kind == "created")


def test_on_a_narrow_screen_news_are_a_number_and_the_forum_keeps_its_name(forum, visit):
    reader, grace = visit(viewport={"width": 390, "height": 780}), visit(forum["grace"])
    page = reader.opens_live(forum["others"][0])

    happens("created", forum["topic"], grace, None, None)

    link, name = page.locator("[data-elsewhere]"), page.locator(".header__name")
    expect(link).to_have_accessible_name("1 new post elsewhere")
    # until then letters are those of a wider font
    page.evaluate("document.fonts.ready.then(() => true)")
    until(lambda: link.evaluate("link => link.offsetWidth") < 40)
    until(lambda: name.evaluate("name => name.scrollWidth <= name.clientWidth"))


def test_a_twenty_first_post_brings_the_way_to_the_next_page(forum, visit):
    topic = world.topic(forum["ada"], forum["here"], "A full page", replies=19)
    reader, grace = visit(), visit(forum["grace"])
    page = reader.opens_live(topic)

    grace.sends(f"/t/{topic.pk}/replies/", body="The first on page two.", token=uuid.uuid4().hex)

    page.locator("[data-pill]").wait_for()
    page.locator("#pager a", has_text="2").first.wait_for()
    reader.ends_like_a_fresh_page(topic)
    page.locator("[data-pill]").click()
    page.locator("#post-21").wait_for()


def test_a_full_list_that_takes_in_a_topic_ends_like_a_fresh_one(forum, visit):
    for n in range(SIZE):
        world.topic(forum["ada"], forum["here"], f"Topic number {n}")
    reader, grace = visit(), visit(forum["grace"])
    page = reader.opens_live("/")

    at_the_end = forum["topic"]
    grace.sends(f"/t/{at_the_end.pk}/replies/", body="Up it goes.", token=uuid.uuid4().hex)

    page.locator(f"#rows > :first-child[data-topic='{at_the_end.pk}']").wait_for()
    kept = reader.sees(ROWS)
    reader.opens("/")
    assert kept == reader.sees(ROWS)


def test_a_row_does_not_move_under_the_pointer(forum, visit):
    reader, grace = visit(), visit(forum["grace"])
    page = reader.opens_live("/")
    page.locator("#rows > :first-child").hover()
    first = page.locator("#rows > :first-child").get_attribute("data-topic")

    grace.sends(f"/t/{forum['topic'].pk}/replies/", body="Up it goes.", token=uuid.uuid4().hex)

    page.locator("[data-pill]").wait_for()
    assert page.locator("#rows > :first-child").get_attribute("data-topic") == first
    page.locator("[data-pill]").click()
    page.locator(f"#rows > :first-child[data-topic='{forum['topic'].pk}']").wait_for()


def test_a_member_sees_how_many_posts_are_new_in_a_topic_they_had_read(forum, visit):
    reader, grace = visit(forum["ada"]), visit(forum["grace"])
    reader.opens(forum["topic"])
    until(lambda: forum["topic"].readings.filter(number=forum["topic"].last_number).exists())
    page = reader.opens_live("/")
    badge = page.locator(f"#rows > [data-topic='{forum['topic'].pk}'] [data-unread]")
    expect(badge).to_be_hidden()

    grace.sends(f"/t/{forum['topic'].pk}/replies/", body="News.", token=uuid.uuid4().hex)

    expect(badge).to_have_text("1")
    page.reload()
    expect(badge).to_have_text("1")


def test_open_lists_tell_members_where_they_stopped_and_what_is_new(forum, visit):
    old = world.topic(forum["ada"], forum["here"], "An old one", replies=24)
    for n in range(SIZE):
        world.topic(forum["ada"], forum["here"], f"Topic number {n}")
    reader, grace = visit(forum["ada"]), visit(forum["grace"])
    reader.opens(f"/t/{old.pk}/").locator("#post-20").scroll_into_view_if_needed()
    until(lambda: old.readings.filter(number=20).exists())
    page = reader.opens_live("/")
    reader.hurries()

    grace.sends(
        "/t/create/",
        title="A new one",
        category=forum["here"].pk,
        body="New.",
        token=uuid.uuid4().hex,
    )
    grace.sends(f"/t/{old.pk}/replies/", body="News.", token=uuid.uuid4().hex)

    came = page.locator("#rows > .row", has_text="An old one")
    expect(came.locator(".row__link")).to_have_attribute(
        "href", f"{old.get_absolute_url()}?page=2#post-21"
    )
    expect(page.locator("#rows > .row", has_text="A new one").locator(".row__new")).to_be_visible()
    live = reader.sees("#rows > .row")
    page.reload()
    assert live == reader.sees("#rows > .row")


def test_a_list_that_one_comes_back_to_knows_what_was_read_meanwhile(forum, visit):
    reader = visit(forum["ada"])
    page = reader.opens_live("/")
    link = page.locator(".row__link", has_text=forum["topic"].title)
    expect(page.locator(".row", has=link).locator(".row__new")).to_be_visible()
    link.click()
    page.locator("#post-1").wait_for()

    page.go_back()

    expect(page.locator(".row", has=link).locator(".row__new")).to_be_hidden()


@pytest.mark.parametrize(
    "taps", [False, True], ids=["on a touch screen", "with a finger beside a mouse"]
)
def test_nothing_moves_in_a_list_under_a_finger(taps, forum, visit):
    options = {"has_touch": True} if taps else {"has_touch": True, "is_mobile": True}
    page = visit(**options).opens_live("/")
    if taps:
        page.locator("h1").tap()
    first = page.locator("#rows > :first-child")
    title, top = first.get_attribute("data-topic"), first.bounding_box()["y"]

    visit(forum["grace"]).sends(
        "/t/create/", title="New", category=forum["here"].pk, body="x", token=uuid.uuid4().hex
    )

    page.locator("[data-pill]").wait_for()
    assert (first.get_attribute("data-topic"), first.bounding_box()["y"]) == (title, top)
    page.locator("[data-pill]").tap()
    expect(first).to_contain_text("New")


def test_a_later_page_of_a_list_changes_its_rows_in_place_and_takes_no_new_ones(forum, visit):
    topics = [world.topic(forum["ada"], forum["here"], f"Topic number {n}") for n in range(SIZE)]
    reader, mo, grace = visit(), visit(forum["mo"]), visit(forum["grace"])
    reader.opens("/")
    page = reader.opens_live("/" + reader.page.locator("#older [rel=next]").get_attribute("href"))
    before = page.locator("#rows > .row").count()

    mo.sends(f"/t/{forum['topic'].pk}/edit/", title="A better title")
    grace.sends(f"/t/{topics[-1].pk}/replies/", body="On the first page.", token=uuid.uuid4().hex)

    page.locator("#rows > .row", has_text="A better title").wait_for()
    assert page.locator("#rows > .row").count() == before
    assert page.locator("[data-pill]").is_hidden()
