"""A post that is replaced on an open page loses nothing of what its reader did with it."""

import pytest
from playwright.sync_api import expect

from tests.support import world

pytestmark = pytest.mark.once

QUOTED = "> [!quote]- Earlier\n> An old remark, and more of it.\n"
WIDE = "```\n" + "wide " * 200 + "\n```\n"
TABLE = "| " + " | ".join("column" * 4 for _ in range(20)) + " |\n" + "| --- " * 20 + "|\n"
BODY = f"{QUOTED}\nSecond words.\n\n{QUOTED}\n{WIDE}\n{TABLE}\nThe last words stand here."


@pytest.fixture
def grace(transactional_db):
    return world.member("grace", name="Grace Hopper")


@pytest.fixture
def topic(grace):
    found = world.topic(world.member("ada"), world.category("Help"))
    found.reply(grace, BODY)
    return found


@pytest.fixture
def reader(topic, visit):
    person = visit(world.member("rita"))
    person.opens_live(topic)
    return person


@pytest.fixture
def mo(transactional_db, visit):
    return visit(world.moderator())


def edit(writer, topic, body, version=1):
    writer.sends(f"/p/{topic.posts.get(number=2).pk}/update/", body=body, version=version)


def folds(page):
    return page.locator("#post-2 details").evaluate_all("all => all.map(fold => fold.open)")


def is_changed(page, topic):
    topic.refresh_from_db()
    page.locator(f"live-topic[data-change='{topic.change}']").wait_for()


@pytest.mark.parametrize(
    "body",
    [
        f"{BODY} More.",
        f"New first words.\n\n{BODY}",
        BODY.replace("Second", "Other"),
        f"A\n\nB\n\n{BODY}",
    ],
    ids=["after", "before", "between", "twice"],
)
def test_an_open_quote_stays_open_when_its_post_is_edited(topic, grace, reader, visit, body):
    page = reader.page
    page.locator("#post-2 details summary").nth(1).click()
    assert folds(page) == [False, True]
    page.locator("#post-2 details summary").nth(1).focus()

    edit(visit(grace), topic, body)

    is_changed(page, topic)
    assert folds(page) == [False, True]
    expect(page.locator("#post-2 details summary").nth(1)).to_be_focused()


def test_an_open_quote_is_open_again_when_its_post_comes_back(topic, reader, mo):
    page, at = reader.page, f"/p/{topic.posts.get(number=2).pk}"
    page.locator("#post-2 details summary").first.click()

    mo.sends(f"{at}/hide/")
    expect(page.locator("#post-2")).to_contain_text("hidden by a moderator")
    mo.sends(f"{at}/restore/")

    expect(page.locator("#post-2 details")).to_have_count(2)
    assert folds(page) == [True, False]


def test_wide_code_and_tables_stay_scrolled(topic, grace, reader, visit):
    page = reader.page
    wide = page.locator("#post-2 :is(pre, .table-scroll)")
    wide.evaluate_all("all => all.forEach(one => (one.scrollLeft = 150))")

    edit(visit(grace), topic, "First of all.\n\n" + BODY.replace("wide wide", "wide and wide"))

    is_changed(page, topic)
    expect(page.locator("#post-2 pre")).to_contain_text("wide and wide")
    assert wide.evaluate_all("all => all.map(one => one.scrollLeft)") == [150, 150]


@pytest.mark.parametrize(
    "body",
    [
        f"{BODY} More.",
        f"New first words.\n\n{BODY}",
        BODY.replace("The last words", "The very last words"),
    ],
    ids=["after", "before", "in its own paragraph"],
)
def test_a_selection_stays(topic, grace, reader, visit, body):
    page = reader.page
    page.evaluate("""() => {
        const { lastChild: text } = document.querySelector("#post-2 .post__body > p:last-child");
        const at = text.data.indexOf("stand here");
        getSelection().setBaseAndExtent(text, at, text, at + 10);
    }""")

    edit(visit(grace), topic, body)

    is_changed(page, topic)
    assert page.evaluate("String(getSelection())") == "stand here"


def test_a_menu_stays_open_and_keeps_what_is_written_in_it(topic, grace, mo, visit):
    page = mo.opens_live(topic)
    page.locator("#post-2 [data-menu]").click()
    reason = page.locator("#post-2 .menu [name=reason]")
    reason.fill("Half a rea")

    edit(visit(grace), topic, "Shorter.")

    is_changed(page, topic)
    expect(page.locator("#post-2 .post__body")).to_have_text("Shorter.")
    expect(reason).to_be_visible()
    expect(reason).to_be_focused()
    expect(reason).to_have_value("Half a rea")
    page.keyboard.press("Escape")
    mo.ends_like_a_fresh_page(topic)


def test_an_edited_post_reads_as_a_fresh_one(topic, grace, reader, visit):
    writer = visit(grace)
    link = "[link](https://example.org/{})"
    texts = [
        "One.\n\n- a\n- b\n",
        f"- b\n- a\n\n{link.format('a')}",
        f"{link.format('b')} **x**",
        BODY,
    ]
    for version, text in enumerate(texts, start=1):
        edit(writer, topic, text, version)
        reader.ends_like_a_fresh_page(topic)
