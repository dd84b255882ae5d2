"""Suggestions show what the member may see, name those of the topic first, and cost little."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import override_settings

from forum import markdown
from forum.models import TakenName, Topic
from forum.pages import member_names as completion
from forum.pages import place_names as places
from tests.support import world

MEMBERS, PLACES = "/completion/members/", "/completion/places/"


def suggested(client, address, text, **data):
    """What would be inserted, in order."""
    page = client.get(address, {"text": text, **data})
    assert page.status_code == 200
    return [unescape(value) for value in re.findall('data-value="([^"]*)"', page.text)]


@pytest.fixture
def signed_in(client, ada):
    client.force_login(ada)
    return client


# --- Members ---


def test_members_are_found_by_the_beginning_of_either_name(signed_in):
    world.member("zoe.h", name="Harriet Quimby")
    world.member("harold")
    world.member("sharon")

    assert suggested(signed_in, MEMBERS, "har") == ["@harold", "@zoe.h"]
    assert suggested(signed_in, MEMBERS, "ZOE") == ["@zoe.h"]


def test_a_look_alike_is_not_what_was_typed(signed_in):
    world.member("paula")

    assert suggested(signed_in, MEMBERS, "pau1") == []


def test_those_who_wrote_in_the_topic_come_first_and_need_no_text(signed_in, ada, topic):
    late, early = world.member("harold"), world.member("hannah", name="Hannah Arendt")
    world.member("haakon")
    topic.reply(early, "One.")
    topic.reply(late, "Two.")

    assert suggested(signed_in, MEMBERS, "ha", topic=topic.pk) == ["@harold", "@hannah", "@haakon"]
    assert suggested(signed_in, MEMBERS, "", topic=topic.pk)[:2] == ["@harold", "@hannah"]
    assert suggested(signed_in, MEMBERS, "are", topic=topic.pk) == ["@hannah"]
    assert suggested(signed_in, MEMBERS, "") == []


def test_who_wrote_in_a_private_topic_is_not_told_to_others(signed_in, client):
    iris = world.insider()
    topic = world.topic(iris, world.lounge())

    assert suggested(signed_in, MEMBERS, "", topic=topic.pk) == []
    client.force_login(world.owner())
    assert suggested(client, MEMBERS, "", topic=topic.pk) == ["@iris"]


def test_members_who_were_suspended_are_not_suggested(signed_in, topic):
    gone = world.member("harold")
    topic.reply(gone, "Bye.")
    gone.is_active = False
    gone.save()

    assert suggested(signed_in, MEMBERS, "har", topic=topic.pk) == []


def test_at_most_eight_are_suggested(signed_in):
    for n in range(10):
        world.member(f"harold-{n}x")

    assert len(suggested(signed_in, MEMBERS, "har")) == 8


def test_a_name_with_marks_stays_text(signed_in):
    world.member("harold", name="<b>Harold</b>")

    assert "<b>" not in signed_in.get(MEMBERS, {"text": "har"}).text


# --- Topics and categories ---


def test_topics_and_categories_are_found_by_the_beginning_of_a_word(signed_in, ada):
    category = world.category("Green tea")
    older = world.topic(ada, category, "Teapots of the world")
    newer = world.topic(ada, category, "Which TEA?")
    world.topic(ada, category, "Steam engines")

    assert suggested(signed_in, PLACES, "tea") == [
        f"[Green tea]({category.get_absolute_url()})",
        f"[Which TEA?](/t/{newer.pk}/)",
        f"[Teapots of the world](/t/{older.pk}/)",
    ]


def test_words_of_every_script_and_several_words_are_found(signed_in, ada):
    topic = world.topic(ada, world.category("Help"), "Вопрос о зелёном чае")

    assert suggested(signed_in, PLACES, "ЗЕЛ") == [f"[Вопрос о зелёном чае](/t/{topic.pk}/)"]
    assert suggested(signed_in, PLACES, "вопрос-о-зел") == [
        f"[Вопрос о зелёном чае](/t/{topic.pk}/)"
    ]


def test_a_topic_is_found_by_its_number_however_old(signed_in, ada, monkeypatch):
    topic = world.topic(ada, world.category("Help"), "Old")
    monkeypatch.setattr(places, "RECENT", 0)

    assert suggested(signed_in, PLACES, str(topic.pk)) == [f"[Old](/t/{topic.pk}/)"]
    assert suggested(signed_in, PLACES, "9" * 18) == []


def test_private_places_are_suggested_only_to_those_who_may_see_them(signed_in, client):
    iris, lounge = world.insider(), world.lounge()
    topic = world.topic(iris, lounge, "Lounge secrets")
    words = ("lounge", "secrets", str(topic.pk))

    assert [suggested(signed_in, PLACES, word) for word in words] == [[], [], []]
    client.force_login(iris)
    assert [len(suggested(client, PLACES, word)) for word in words] == [2, 1, 1]


@pytest.mark.parametrize(
    "title", ["C++ [draft] *now*", "a|b `x` \\ ~~y~~", ":smile: <i> &amp; @ada", "www.example.org"]
)
def test_a_title_is_shown_as_it_is_behind_the_link(signed_in, ada, title):
    topic = world.topic(ada, world.category("Help"), f"Zebra {title}")

    [link] = suggested(signed_in, PLACES, "zebra")
    html = markdown.render(link)

    shown = re.fullmatch(r'<p dir="auto"><a href="([^"]*)">(.*)</a></p>\n', html)
    assert shown[1] == f"/t/{topic.pk}/"
    assert unescape(shown[2]) == f"Zebra {title}"


# --- Who may ask, and what it costs ---


@pytest.mark.parametrize("address", [MEMBERS, PLACES])
def test_guests_are_asked_to_sign_in(client, db, address):
    response = client.get(address, {"text": "a"})

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("address", [MEMBERS, PLACES])
@override_settings(RATES={"completion": "1/day", "write": "9/day"})
def test_the_rate_is_limited_before_anything_is_searched(
    signed_in, address, django_assert_max_num_queries
):
    signed_in.get(address, {"text": "a"})

    with django_assert_max_num_queries(8):  # the session, the member, and the page that says so
        response = signed_in.get(address, {"text": "a"})

    assert response.status_code == 429
    assert response["Retry-After"]


def test_long_and_odd_input_finds_nothing(signed_in):
    for text in ("x" * 61, "%", "_", "\\", "'", "\U0010ffff", "%" * 50):
        assert suggested(signed_in, MEMBERS, text, topic="x") == []
        assert suggested(signed_in, PLACES, text) == []


def test_the_queries_are_few_however_much_there_is(signed_in, topic, django_assert_num_queries):
    for n in range(9):
        world.topic(world.member(f"harold-{n}x"), topic.category, f"Tea {n}")
    signed_in.get(MEMBERS, {"text": "har", "topic": topic.pk})  # warm

    with django_assert_num_queries(7):  # session, member; topic, authors, members; names; groups
        signed_in.get(MEMBERS, {"text": "har", "topic": topic.pk})
    with django_assert_num_queries(4):  # the session, the member; categories; topics
        signed_in.get(PLACES, {"text": "tea"})


def test_names_are_found_by_an_index(db):
    names = TakenName.objects.filter(key__begins="har")[: completion.CANDIDATES]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            assert re.search(r"Index Cond:.*~>=~", names.explain())
        else:
            assert "SEARCH forum_takenname USING INDEX" in names.explain()


def test_only_the_latest_topics_are_read(signed_in, ada, monkeypatch):
    monkeypatch.setattr(places, "RECENT", 1)
    category = world.category("Help")
    world.topic(ada, category, "Zebra one")
    latest = world.topic(ada, category, "Zebra two")

    assert suggested(signed_in, PLACES, "zebra") == [f"[Zebra two](/t/{latest.pk}/)"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which reads all of a table as small as this one
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "topics_by_activity" in Topic.objects.in_order().values("pk")[:1].explain()
