import re

import pytest

from tests.support import world


def titles(answer):
    return re.findall(r'class="row__link"[^>]*>([^<]*)<', answer.content.decode())


def test_a_category_shows_its_topics_and_those_of_the_ones_inside(client, ada, help_category):
    inner = world.category("Install", parent=help_category)
    world.topic(ada, help_category, title="Outer topic")
    world.topic(ada, inner, title="Inner topic")
    world.topic(ada, world.category("Chat"), title="Elsewhere")

    assert titles(client.get(help_category.get_absolute_url())) == ["Inner topic", "Outer topic"]
    assert titles(client.get(inner.get_absolute_url())) == ["Inner topic"]


def test_a_private_category_inside_shows_its_topics_to_its_readers_only(
    client, signed_in, ada, iris, help_category
):
    inner = world.category("Staff room", parent=help_category, readers=["Insiders"])
    world.topic(iris, inner, title="Inner topic")

    assert titles(client.get(help_category.get_absolute_url())) == []
    assert "Staff room" not in client.get("/").content.decode()
    assert titles(signed_in(iris).get(help_category.get_absolute_url())) == ["Inner topic"]


def test_an_old_name_in_an_address_leads_on_with_the_rest_of_it(client, help_category):
    right = help_category.get_absolute_url()

    assert client.get(f"/c/{help_category.pk}/").url == right
    assert (
        client.get(f"/c/{help_category.pk}-old/", {"before": "x&y"}).url == f"{right}?before=x%26y"
    )


def test_pinned_topics_stand_first_on_the_first_page_only(client, ada, help_category):
    for n in range(35):
        topic = world.topic(ada, help_category, title=f"Topic {n}")
        if n < 2:
            topic.pin()

    first = client.get("/")
    assert titles(first)[:3] == ["Topic 1", "Topic 0", "Topic 34"]
    assert len(titles(first)) == 32
    second = client.get("/", {"before": first.context["older"]})
    assert titles(second) == ["Topic 4", "Topic 3", "Topic 2"]
    assert second.context["older"] == ""


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "_",
        "2026-11-21",
        "2026-11-21T00:00:00.000000Z",
        "2026-11-21T00:00:00.000000Z_",
        "2026-11-21T00:00:00.000000Z_x",
        "2026-11-21T00:00:00.000000Z_٣",
        "2026-11-21T00:00:00.000000Z_1_0",
        "2026-11-21T00:00:00.000000Z_-1",
        "2026-11-21T00:00:00.000000Z_" + "9" * 5000,
        "2026-06-31T00:00:00.000000Z_1",
        "0000-01-01T00:00:00.000000Z_1",
        "0001-01-01T00:00:00+23:59_1",
        "2026-11-21T00:00:00_1",
        "2026-11-21T00:00:00.000000Z_1\0",
        "\0",
    ],
)
def test_a_key_that_can_not_be_read_is_not_found(client, help_category, key):
    assert client.get("/", {"before": key}).status_code == 404
    assert client.get(help_category.get_absolute_url(), {"before": key}).status_code == 404


@pytest.mark.parametrize(
    "key", ["0001-01-01T00:00:00.000000Z_1", "9999-12-31T23:59:59.999999Z_999999999999999999"]
)
def test_a_key_at_the_end_of_time_is_one_like_any_other(client, topic, key):
    assert client.get("/", {"before": key}).status_code == 200


def test_an_empty_forum_has_a_page(client, db):
    assert client.get("/").status_code == 200


def test_lists_lead_up_and_down_by_whole_pages(client, ada, help_category):
    for n in range(65):
        world.topic(ada, help_category, f"Topic {n}")
    for start in ("/", help_category.get_absolute_url()):
        pages = [client.get(start)]
        while link := pages[-1].context["older"]:
            pages.append(client.get(start, {"before": link}))
        first, second, third = pages
        assert [len(page.context["rows"]) for page in pages] == [30, 30, 5]
        assert (first.context["newer"], 'rel="prev"' in first.text) == ("", False)
        assert all("#main" in page.text.split('id="older"')[1] for page in pages)

        up = client.get(start, {"after": third.context["newer"]})
        assert up.context["rows"] == second.context["rows"]
        assert up.context["older"] == second.context["older"]
        assert client.get(start, {"after": up.context["newer"]}).url == start


@pytest.mark.parametrize(
    "key", ["x", "2026-06-31T00:00:00.000000Z_1", "2026-06-30T00:00:00.000000Z_-1"]
)
def test_a_senseless_key_leads_nowhere_upwards_either(client, help_category, key):
    assert client.get("/", {"after": key}).status_code == 404
