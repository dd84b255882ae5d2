"""People see each other: who reads, who writes, how many are there; quietly, and only as far as
each wants it.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.models import User
from tests.support import world

NARROW = {"width": 390, "height": 844}
SOON = 20_000  # ms; the header's number comes every ten seconds


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"), replies=12)


def types(page, text="Hm"):
    page.locator("#reply textarea").press_sequentially(text)


def test_two_readers_see_each_other_and_a_guest_is_counted(topic, ada, grace, visit):
    hers, guest = visit(ada).opens_live(topic), visit(viewport=NARROW).opens_live(topic)
    for page, place in ((hers, "beside"), (guest, "below")):
        here = page.locator(f".presence--{place}")
        expect(here).to_contain_text("2 reading now")
        expect(here.get_by_role("link", name="Ada Lovelace")).to_be_visible()
        expect(here.locator(".presence__more")).to_have_text("+1")
    heights = [page.locator("#posts").bounding_box()["y"] for page in (hers, guest)]

    his = visit(grace)
    his.opens_live(topic)

    for page, place in ((hers, "beside"), (guest, "below")):
        for name in ("Ada Lovelace", "Grace Hopper"):
            expect(
                page.locator(f".presence--{place}").get_by_role("link", name=name)
            ).to_be_visible()
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [page.locator("#posts").bounding_box()["y"] for page in (hers, guest)] == heights
    expect(hers.locator("[data-online]")).to_have_text("3 online", timeout=SOON)
    assert hers.locator("[data-online]").get_attribute("title") == "2 members, 1 guest"
    his.page.close()
    expect(guest.locator(".presence--below").get_by_role("link")).to_have_count(1)


def test_who_writes_is_seen_in_the_topic_and_in_the_list_until_it_is_sent(topic, ada, grace, visit):
    hers, listed, his = (
        visit(ada).opens_live(topic),
        visit().opens_live("/"),
        visit(grace).opens_live(topic),
    )
    row = listed.locator(f"[data-topic='{topic.pk}']")
    heights = [hers.locator("#reply").bounding_box()["y"], row.bounding_box()["height"]]

    types(his)

    for place in (hers.locator(".writers"), row.locator(".row__writers")):
        expect(place).to_contain_text("Grace Hopper")
        expect(place).to_contain_text("is writing…")
    assert [hers.locator("#reply").bounding_box()["y"], row.bounding_box()["height"]] == heights
    expect(his.locator(".writers")).to_be_empty()  # nobody is told of themselves
    types(hers)
    expect(row.locator(".row__writers")).to_contain_text("are writing…")

    his.locator("#reply .button--main").click()

    expect(hers.locator(".writers")).to_be_empty()
    expect(row.locator(".row__writers")).to_be_empty(timeout=SOON)


def test_the_invisible_see_and_are_not_seen(topic, ada, grace, visit):
    User.objects.filter(pk=grace.pk).update(hides_presence=True)
    hers, his = visit(ada).opens_live(topic), visit(grace).opens_live(topic)

    types(his)

    expect(his.locator(".presence--beside")).to_contain_text("1 reading now")
    expect(
        his.locator(".presence--beside").get_by_role("link", name="Ada Lovelace")
    ).to_be_visible()
    assert "Grace" not in hers.locator(".presence--beside").inner_text()
    expect(hers.locator(".writers")).to_be_empty()


def test_without_scripts_nothing_of_it_is_there(topic, visit):
    page = visit(scripts=False).opens(topic)

    for place in (".presence--below", ".presence--beside", ".writers", "[data-online]"):
        expect(page.locator(place)).to_be_hidden()
