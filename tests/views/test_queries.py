"""What a page asks the database for does not grow with what it shows."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.views import members
from tests.support import world


@pytest.fixture
def topics(help_category):
    """A short topic and one of 60 posts, each by somebody else; and a list of 30 rows beside
    them.
    """
    people = [world.member(f"member{n}") for n in range(60)]
    short, long = (world.topic(people[0], help_category) for _ in range(2))
    for person in people[1:3]:
        short.reply(person, "Yes.")
    for person in people[1:]:
        long.reply(person, "Yes.")
    return short, long


def queries(client, address):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.fixture(params=["guest", "member", "moderator"])
def reader(request, db, client, signed_in):
    if request.param == "guest":
        return client, 0
    return signed_in(world.member("reader") if request.param == "member" else world.moderator()), 1


def test_a_topic_page_asks_the_same_however_long_it_is(reader, topics):
    client, signed_in = reader
    short, long = topics
    for asked in ("first visit", "second visit"):
        counts = [queries(client, topic.get_absolute_url()) for topic in topics]
        # the reading and its place in the personal stream, within a savepoint
        limit = 11 if asked == "first visit" else 7
        assert counts[0] == counts[1] <= (limit if signed_in else 3), asked
    assert queries(client, f"{long.get_absolute_url()}?page=3") <= (11 if signed_in else 3)


def test_lists_ask_the_same_however_much_is_in_them(reader, topics, help_category):
    client, signed_in = reader
    few = [queries(client, address) for address in ("/", help_category.get_absolute_url())]
    author = world.member("writer")
    for n in range(32):
        topic = world.topic(author, world.category(f"Place {n}", parent=help_category), replies=1)
        topic.reply(world.member(f"another{n}"), "Yes.")
    topic.pin()
    many = [queries(client, address) for address in ("/", help_category.get_absolute_url())]

    assert few == many
    assert max(many) <= (7 if signed_in else 5)


def test_member_pages_ask_the_same_however_much_was_written(reader, help_category, monkeypatch):
    # each minute they count anew
    monkeypatch.setattr(members, "time", SimpleNamespace(time=lambda: 0.0))
    client, signed_in = reader
    writer = world.member("writer")
    addresses = [reverse(name, args=["writer"]) for name in ("member", "member_topics")]
    few = [queries(client, address) for address in addresses]
    for n in range(22):
        world.topic(writer, world.category(f"Place {n}"), replies=1)
    many = [queries(client, address) for address in addresses]

    assert few == many
    assert max(many) <= (7 if signed_in else 4)


def test_a_history_asks_the_same_however_long_it_is(client, topic):
    post, counts = topic.posts.get(), []
    for edits in (1, 10):
        for n in range(edits):
            post.edit(world.member(f"member{edits}{n}"), f"Text {edits} {n}")
        counts.append(queries(client, reverse("history", args=[post.pk])))

    assert counts[0] == counts[1] <= 4


def test_a_reply_asks_at_most_fifteen_times(signed_in, topics):
    client = signed_in(world.member("reader"))
    for topic in topics:
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(
                reverse("create_reply", args=[topic.pk]), {"body": "Yes.", "token": world.token()}
            )
        assert answer.status_code == 302
        assert len(asked) <= 15
