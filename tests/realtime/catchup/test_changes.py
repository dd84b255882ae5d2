"""The HTTP feed gives the same answers and rights as the socket, and refuses nonsense."""

import pytest

from forum.models import Post, posts
from realtime.catchup.changes import events_after
from realtime.protocol import loaders
from tests.support import world

pytestmark = pytest.mark.django_db


def changes(client, topic, **query):
    return client.get(
        f"/t/{topic.pk}/changes", {"epoch": topic.epoch, "since": topic.change, **query}
    )


def test_a_page_gets_what_came_after_its_change(client, topic, ada):
    topic.reply(ada, "Milk")

    answer = changes(client, topic, since=1)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert [event["post"]["number"] for event in answer.json()["events"]] == [2]
    assert answer.json()["change"] == 2


def test_the_kind_of_a_change_is_the_last_that_can_be_told(client, topic, ada, mo):
    for text in ("Milk", "Sugar", "Lemon"):
        topic.reply(ada, text)
    topic.reply(mo, "Milk, of course.", reply_to=topic.posts.get(number=2))
    topic.posts.get(number=3).edit(ada, "Honey")
    topic.posts.get(number=4).hide(mo, "")

    events = changes(client, topic, since=1).json()["events"]

    kinds = {event["post"]["number"]: event["kind"] for event in events if "post" in event}
    assert kinds == {2: "answered", 3: "edited", 4: "hidden", 5: "created"}


def test_no_event_has_a_header_from_before_it(topic, ada):
    topic.reply(ada, "Milk")
    read = loaders.topic(topic.pk)
    topic.reply(ada, "written after the topic was read and before its posts are")

    missed, more = events_after(read, since=0)

    assert [event["change"] for event in missed] == [1, 2]
    assert not more


def test_a_topic_out_of_sight_looks_like_one_that_never_was(client, signed_in, lounge, iris):
    secret = world.topic(iris, lounge)

    hidden, missing = (
        changes(client, secret),
        client.get("/t/99999/changes", {"epoch": "x", "since": 0}),
    )

    assert (hidden.status_code, hidden.json()) == (404, {"type": "gone", "topic": secret.pk})
    assert (missing.status_code, missing.json()) == (404, {"type": "gone", "topic": 99999})
    assert changes(signed_in(iris), secret).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/t/{topic}/changes",
        "/t/{topic}/changes?epoch=x&since=",
        "/t/{topic}/changes?epoch=x&since=-1",
        "/t/{topic}/changes?epoch=x&since=99999999999999999999",
        "/t/{topic}/changes?epoch=aaaaaaaaaaaaaaaaaaaaaaaa&since=1",
        "/changes",
        "/changes?list=category:x",
        "/changes?list=latest&rows=a:b",
        "/changes?list=latest&rows=1:1:1",
        "/news",
        "/news?since=x",
        "/news?since=1&topic=x",
        "/news?since=1&list=%01",
        "/news?since=%ED%A0%80",
        "/news?since=%FF",
        "/news?since=" + "1" * 20_000,
        "/news?since=1&x=" + "x" * 70_000,
        "/changes?list=latest&rows=" + "," * 60_000,
        "/changes?list=latest&rows=" + "1:1," * 1001,
    ],
)
def test_nonsense_is_a_bad_request(client, topic, address):
    assert client.get(address.format(topic=topic.pk)).status_code == 400


@pytest.mark.parametrize("address", ["/t/{topic}/changes", "/changes", "/news"])
def test_too_many_fields_are_a_bad_request_and_no_error(client, topic, address, caplog):
    query = "&".join(f"x{number}=1" for number in range(1001))

    answer = client.get(f"{address.format(topic=topic.pk)}?{query}")

    assert answer.status_code == 400
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("number", [2**31, 2**53, 2**63, 2**64, 10**30])
def test_a_number_beyond_all_topics_is_just_not_found(client, number):
    assert client.get(f"/t/{number}/changes", {"epoch": "x", "since": 0}).status_code == 404


def test_the_feed_is_only_read(client, topic):
    assert client.post(f"/t/{topic.pk}/changes").status_code == 405
    assert client.post("/changes").status_code == 405
    assert client.post("/news").status_code == 405


def test_a_list_out_of_sight_is_gone(client, signed_in, lounge, iris):
    address = f"/changes?list=category:{lounge.pk}"

    assert client.get(address).status_code == 404
    assert signed_in(iris).get(address).json()["type"] == "rows"


def test_news_are_counted_up_to_ninety_nine(client, topic, ada):
    for _ in range(100):
        topic.reply(ada, "And another")

    assert client.get("/news?since=0").json()["count"] == 99


def archived(topic, author, size=posts.RECENT):
    """Many posts at once, with the highest ids, as after an import."""
    numbers = range(2, size + 2)
    made = [
        Post(topic=topic, author=author, body="Old.", html="<p>Old.</p>", number=n, change=n)
        for n in numbers
    ]
    return Post.objects.bulk_create(made)


@pytest.mark.parametrize("shown", ["list=latest", "list=category:{category}", "topic={topic}"])
def test_news_are_counted_among_recent_posts_only(client, ada, grace, topic, shown):
    """However far back a request goes: or strangers could make the database read everything."""
    world.topic(grace, world.category("Chat"))
    archived(topic, ada)
    shown = shown.format(category=topic.category_id, topic=topic.pk)

    assert client.get(f"/news?since=0&{shown}").json()["count"] == 0


def test_recent_news_are_counted_whatever_was_written_before(client, ada, grace, topic):
    archived(topic, ada)
    world.topic(grace, world.category("Chat"))

    assert client.get(f"/news?since=0&list=category:{topic.category_id}").json()["count"] == 1
    assert client.get("/news?since=0&list=latest").json()["count"] == 0


def test_the_count_of_news_does_not_scan_a_large_private_archive(
    client, signed_in, iris, topic, lounge
):
    """Pages then say "now" instead of the newest post: news count from there."""
    newest = archived(world.topic(iris, lounge), iris)[-1].pk

    assert client.get("/news?since=0").json() | {"reader": ""} == {
        "type": "news",
        "count": 0,
        "newest": 0,
        "reader": "",
    }
    assert signed_in(iris).get("/news?since=now").json()["newest"] == newest


def test_the_queries_of_a_catch_up_do_not_grow_with_the_changes_missed(
    client, topic, ada, django_assert_max_num_queries
):
    for _ in range(30):
        topic.reply(ada, "And another")

    with django_assert_max_num_queries(3):
        assert len(changes(client, topic, since=1).json()["events"]) == 30
