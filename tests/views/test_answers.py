"""The asker and moderators accept an answer by a form, and pages show it below the question."""

import json
import re
from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.models import MemberLevel, Post, Topic
from forum.models.levels import Attention
from forum.views import answers
from tests.support import world
from tests.support.concurrency import at_once

pytestmark = pytest.mark.store

SECRET = "Tea, with a secret."


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category(takes_answers=True))


@pytest.fixture
def reply(topic, grace):
    return topic.reply(grace, SECRET)


@pytest.fixture
def address(reply):
    return reverse("answer", args=[reply.pk])


def is_answer(post):
    return Post.objects.get(pk=post.pk).is_answer


def page(client, topic, **parameters):
    return client.get(topic.get_absolute_url(), parameters).content.decode()


# --- The form ---


def test_the_asker_accepts_and_is_led_back_to_the_post(signed_in, ada, reply, address):
    response = signed_in(ada).post(address, {"accept": "on"})

    assert response["Location"].endswith("#post-2")
    assert is_answer(reply)


def test_a_form_that_is_sent_twice_says_the_same(signed_in, ada, reply, address):
    client = signed_in(ada)
    for wanted, becomes in (("on", True), ("off", False)):
        for _ in range(2):
            assert client.post(address, {"accept": wanted}).status_code == 302
            assert is_answer(reply) == becomes


def test_a_script_gets_the_event_of_the_post(signed_in, ada, reply, address):
    headers = {"X-Requested-With": "fetch"}
    response = signed_in(ada).post(address, {"accept": "on"}, headers=headers)

    assert response.status_code == 201
    assert "Accepted answer" in response.json()["post"]["html"]


def test_others_are_refused(signed_in, grace, reply, address):
    client = signed_in(grace)
    shown = client.post(address, {"accept": "on"}, follow=True)
    scripted = client.post(address, {"accept": "on"}, headers={"X-Requested-With": "fetch"})

    assert "You can&#x27;t choose this post" in shown.content.decode()
    assert scripted.status_code == 422
    assert not is_answer(reply)


def test_others_can_take_nothing_back(signed_in, grace, reply, address):
    reply.accept()
    signed_in(grace).post(address, {"accept": "off"})

    assert is_answer(reply)


def test_guests_are_asked_to_sign_in(client, reply, address):
    assert client.post(address, {"accept": "on"}).status_code == 403
    assert not is_answer(reply)


@pytest.mark.parametrize("form", [{}, {"accept": ""}, {"accept": "yes"}])
def test_nothing_else_is_understood(signed_in, ada, reply, address, form):
    assert signed_in(ada).post(address, form).status_code == 404
    assert not is_answer(reply)


def test_what_one_may_not_see_is_missing(signed_in, ada, topic, reply, lounge, address):
    topic.move(lounge)

    assert signed_in(ada).post(address, {"accept": "on"}).status_code == 404
    assert not is_answer(reply)


def test_who_loses_the_right_while_the_form_is_on_its_way_accepts_nothing(
    signed_in, ada, topic, reply, address, monkeypatch
):
    locked = answers.Topic.objects.locked

    def close(pk):
        Topic.objects.filter(pk=pk).update(closed_at=topic.created_at)
        return locked(pk)

    monkeypatch.setattr(type(answers.Topic.objects), "locked", lambda _manager, pk: close(pk))
    signed_in(ada).post(address, {"accept": "on"})

    assert not is_answer(reply)


def test_too_many_are_refused(signed_in, ada, reply, address, settings):
    settings.RATES = {**settings.RATES, "answer": "2/hour"}
    client = signed_in(ada)
    statuses = [client.post(address, {"accept": "on"}).status_code for _ in range(3)]

    assert statuses == [302, 302, 429]


def test_moderation_is_logged_and_asking_is_not(signed_in, ada, mo, reply, address):
    signed_in(ada).post(address, {"accept": "on"})
    assert not LogEntry.objects.exists()

    signed_in(mo).post(address, {"accept": "off"})
    signed_in(mo).post(address, {"accept": "on"})
    assert [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")] == [
        "Took back that post 2 is the answer.",
        "Accepted post 2 as the answer.",
    ]


# --- What pages show ---


def test_the_question_shows_the_answer_and_links_to_it(client, topic, reply):
    reply.accept()
    shown = page(client, topic)
    question = shown[shown.index('id="post-1"') : shown.index('id="post-2"')]

    assert SECRET in question
    assert 'href="#post-2"' in question
    assert shown.count("Accepted answer</span>") == 1
    assert "solved" in page(client, topic)
    assert "solved" in client.get("/").content.decode()


def test_an_answer_on_another_page_is_linked_there(client, topic, ada, grace):
    for _ in range(20):
        last = topic.reply(grace, "And this.")
    last.accept()

    assert f'href="{reverse("number", args=[topic.pk, 21])}"' in page(client, topic)


def test_nothing_of_a_hidden_answer_is_on_the_page(visitor, topic, reply, mo):
    reply.accept()
    reply.hide(mo)

    for who in (None, world.member("reader")):
        client = visitor(who)
        for where in (topic.get_absolute_url(), "/"):
            shown = client.get(where).content.decode()
            assert "secret" not in shown
            assert "solved" not in shown
            assert "Accepted answer" not in shown


def test_the_buttons_work_for_who_may_accept(client, signed_in, topic, ada, grace, mo, reply):
    def may(visitor):
        return re.findall('id="accept"[^>]* data-may="([^"]*)"', page(visitor, topic))

    assert may(client) == may(signed_in(grace)) == []
    assert may(signed_in(ada)) == may(signed_in(mo)) == ["all"]

    reply.accept()
    topic.category.takes_answers = False
    topic.category.save()
    assert may(signed_in(ada)) == ["undo"]


def read_by_search_engines(shown):
    """{type: the data} of a page's JSON-LD."""
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown)
    assert "<" not in script
    return {one["@type"]: one for one in json.loads(script)["@graph"]}


def test_search_engines_read_question_and_answer(client, topic, ada, reply):
    assert "QAPage" not in page(client, topic)
    reply.edit(reply.author, "`</script><b>` & tea")
    reply.accept()

    question = read_by_search_engines(page(client, topic))["QAPage"]["mainEntity"]
    assert question["name"] == topic.title
    assert question["acceptedAnswer"]["text"] == "</script><b> & tea"
    assert question["acceptedAnswer"]["author"]["name"] == "Grace Hopper"


def test_search_engines_read_nothing_of_what_is_hidden(client, topic, reply, mo):
    reply.accept()
    topic.posts.get(number=1).hide(mo)

    assert set(read_by_search_engines(page(client, topic))) == {"BreadcrumbList"}


def test_who_ignores_the_author_of_the_answer_does_not_see_its_text(
    signed_in, topic, ada, grace, reply
):
    reply.accept()
    MemberLevel.objects.choose(ada, grace, Attention.IGNORED)
    styles = signed_in(ada).get(f"/u/{ada.pk}.css").content.decode()

    assert f'.answer:is([data-author="{grace.pk}"]) .answer__text' in styles


@pytest.mark.parametrize("who", [None, "ada"])
def test_an_answer_costs_a_page_no_query(client, signed_in, topic, reply, request, who):
    visitor = signed_in(request.getfixturevalue(who)) if who else client
    counts = []
    for _ in range(2):
        visitor.get(topic.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            visitor.get(topic.get_absolute_url())
        counts.append(len(queries))
        reply.accept()

    assert counts[0] == counts[1] <= 7


@pytest.mark.django_db(transaction=True)
def test_answers_that_are_accepted_at_once_are_one(ada, mo, topic):
    replies = [topic.reply(mo, f"Answer {n}") for n in range(3)]
    clients = [Client() for _ in replies]
    for client in clients:
        client.force_login(ada, backend="forum.accounts.backends.MemberBackend")
    at_once(
        *(
            partial(client.post, reverse("answer", args=[reply.pk]), {"accept": "on"})
            for client, reply in zip(clients, replies, strict=True)
        )
    )

    [answer] = topic.posts.filter(is_answer=True)
    assert topic.posts.get(number=1).answer == answer
    assert Topic.objects.get(pk=topic.pk).answer_number == answer.number
