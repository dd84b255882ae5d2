"""What a page asks the database for does not grow with what it shows."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.pages import fragments
from forum.views import members
from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def topics(help_category):
    """A short topic and one of three pages, each post by somebody else."""
    people = [world.member(f"member{n}") for n in range(45)]
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


@pytest.fixture
def readers(db):
    """{who: (client, whether signed in)}"""
    clients = {"guest": Client(), "member": Client(), "moderator": Client()}
    for who, user in (("member", world.member("reader")), ("moderator", world.moderator())):
        clients[who].force_login(user, backend="forum.accounts.backends.MemberBackend")
    return {who: (client, who != "guest") for who, client in clients.items()}


def test_a_topic_page_asks_the_same_however_long_it_is(readers, topics):
    _short, long = topics
    for who, (client, signed_in) in readers.items():
        for asked in ("first visit", "second visit"):
            counts = [queries(client, topic.get_absolute_url()) for topic in topics]
            # the reading, its place in the personal stream and notices, within a savepoint
            limit = 13 if asked == "first visit" else 7
            # guests' pages have the first post in their head, too
            of_guests = 4 if asked == "first visit" else 3
            assert counts[0] == counts[1] <= (limit if signed_in else of_guests), (who, asked)
        assert queries(client, f"{long.get_absolute_url()}?page=3") <= (13 if signed_in else 3), who


def test_a_topic_page_asks_the_same_however_many_posts_answer_others(readers, topics):
    short, long = topics
    for post in list(long.posts.order_by("number")[:9]):
        long.reply(post.author, "To you.", reply_to=post)
    for who, (client, signed_in) in readers.items():
        for _visit in range(2):
            counts = [queries(client, topic.get_absolute_url()) for topic in topics]
        assert counts[0] == counts[1], who
        assert queries(client, f"{long.get_absolute_url()}?page=3") <= (13 if signed_in else 3), who


def test_the_replies_of_a_post_ask_the_same_however_many_they_are(readers, topics):
    _short, long = topics
    few, many = long.posts.order_by("number")[:2]
    for post, replies in ((few, 1), (many, 12)):
        for _ in range(replies):
            long.reply(post.author, "To you.", reply_to=post)
    counts = counted(readers, [reverse("post_replies", args=[post.pk]) for post in (few, many)])

    for who, (once, twelve_times) in counts.items():
        assert once == twelve_times <= 6, who


def test_a_draft_that_answers_a_post_asks_once_more(signed_in, topics):
    client, (short, _long) = signed_in(world.member("reader")), topics
    path = reverse("create_reply", args=[short.pk])
    fields = {"body": "Half a", "draft_path": path, "draft_version": "0"}
    client.get(short.get_absolute_url())
    client.post(reverse("keep_draft"), fields)
    without = queries(client, short.get_absolute_url())
    client.post(reverse("keep_draft"), fields | {"reply_to": "2", "draft_version": "9"})

    assert queries(client, short.get_absolute_url()) == without + 1 <= 7


def counted(readers, addresses):
    return {
        who: [queries(client, address) for address in addresses]
        for who, (client, _signed_in) in readers.items()
    }


def test_lists_ask_the_same_however_much_is_in_them(readers, topics, help_category):
    addresses = ["/", help_category.get_absolute_url()]
    few = counted(readers, addresses)
    author = world.member("writer")
    for n in range(32):
        topic = world.topic(author, world.category(f"Place {n}", parent=help_category), replies=1)
        topic.reply(world.member(f"another{n}"), "Yes.")
    topic.pin()
    many = counted(readers, addresses)

    assert few == many
    for who, (_client, signed_in) in readers.items():
        assert max(many[who]) <= (7 if signed_in else 5), who


def test_member_pages_ask_the_same_however_much_was_written(readers, help_category, monkeypatch):
    # each minute they count anew
    monkeypatch.setattr(members, "time", SimpleNamespace(time=lambda: 0.0))
    writer = world.member("writer")
    addresses = [reverse(name, args=["writer"]) for name in ("member", "member_topics")]
    few = counted(readers, addresses)
    for n in range(22):
        world.topic(writer, world.category(f"Place {n}"), replies=1)
    many = counted(readers, addresses)

    assert few == many
    for who, (_client, signed_in) in readers.items():
        assert max(many[who]) <= (7 if signed_in else 4), who


def test_a_history_asks_the_same_however_long_it_is(client, topic):
    post, counts = topic.posts.get(), []
    for edits in (1, 10):
        for n in range(edits):
            post.edit(world.member(f"member{edits}{n}"), f"Text {edits} {n}")
        counts.append(queries(client, reverse("history", args=[post.pk])))

    assert counts[0] == counts[1] <= 4


@pytest.mark.parametrize(("answered", "most"), [("", 16), ("1", 19)])
def test_a_reply_asks_a_few_times_and_thrice_more_if_it_answers_a_post(
    signed_in, topics, answered, most
):
    client = signed_in(world.member("reader"))
    for topic in topics:
        form = {"body": "Yes.", "token": world.token(), "reply_to": answered}
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(reverse("create_reply", args=[topic.pk]), form)
        assert answer.status_code == 302
        assert len(asked) <= most


def test_a_reply_asks_nothing_that_it_does_not_need(signed_in, topic, grace):
    client = signed_in(grace)
    for _ in range(2):
        form = {"body": "Yes.", "token": world.token()}
        with CaptureQueriesContext(connection) as asked:
            client.post(reverse("create_reply", args=[topic.pk]), form)

    # of prepared ones psycopg doesn't tell the statement
    verbs = [(query["sql"] or "SELECT").split()[0] for query in asked]
    assert [verb for verb in verbs if verb not in ("SAVEPOINT", "RELEASE")] == [  # the test's own
        *["SELECT"] * 4,  # the session, the member, the topic, whether it was sent before
        "SELECT",  # the topic's lock
        # the post, its words, whether saved searches may match it, whom it may be told
        *["INSERT"] * 4,
        *["UPDATE"] * 2,  # the number of the member's posts, the topic's numbers
        "SELECT",  # the draft
        *["SELECT"] * 2,  # the member and the topic again, under the lock
    ]


def test_what_all_see_alike_on_a_page_is_rendered_once(readers, topics, monkeypatch):
    addresses = ["/", *[topic.get_absolute_url() for topic in topics]]
    addresses.append(topics[0].category.get_absolute_url())
    for _visit in range(2):  # the first one is recorded as read
        counted(readers, addresses)

    monkeypatch.setattr(fragments, "render_to_string", None)

    counted(readers, addresses)
