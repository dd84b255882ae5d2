"""Members vote by a form, and results are seen by who may know them and by nobody else."""

import json
import re
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forum.models import Attention, Ballot, MemberLevel, Post, Topic, polls
from forum.polls.closing import close_polls
from forum.views import polls as views
from realtime.catchup import changes
from realtime.publishing import publisher
from tests.models.test_polls import SOON, closing, text
from tests.support import world
from tests.support.concurrency import at_once

pytestmark = pytest.mark.store

SCRIPTED = {"X-Requested-With": "fetch"}


@pytest.fixture
def begun(ada, help_category):
    def begin(*rules, **more):
        return Topic.start(ada, help_category, "A meeting", text(*rules, **more)).posts.get()

    return begin


def sent(client, post, headers=None, key="poll", **fields):
    """The answer to a vote with these fields."""
    fields = {key: polls.key_of(Post.objects.get(pk=post.pk).poll), **fields}
    return client.post(reverse("poll", args=[post.topic_id]), fields, headers=headers or {})


def counts(post):
    return Post.objects.get(pk=post.pk).poll["counts"]


# --- Voting ---


def test_a_vote_leads_back_to_the_topic(signed_in, grace, begun):
    post = begun()
    response = sent(signed_in(grace), post, choice=2)

    assert response["Location"].endswith("#post-1")
    assert counts(post) == [0, 1, 0]


def test_a_vote_that_is_sent_twice_is_one_and_can_be_changed_and_taken_back(
    signed_in, grace, begun
):
    client, post = signed_in(grace), begun()
    for _ in range(2):
        sent(client, post, choice=2)
        assert counts(post) == [0, 1, 0]
    sent(client, post, choice=1)
    assert counts(post) == [1, 0, 0]
    for _ in range(2):
        sent(client, post, key="none", choice=1)
        assert counts(post) == [0, 0, 0]


def test_several_and_ranked_choices(signed_in, grace, begun):
    several, order = begun("type: multiple, at most 2"), begun("type: ranked")
    client = signed_in(grace)
    sent(client, several, choice=[3, 1])
    sent(client, order, **{"rank-1": "2", "rank-2": "", "rank-3": " 1 "})

    assert counts(several) == [1, 0, 1]
    assert Ballot.objects.get(topic=order.topic).ranking == [3, 1]


@pytest.mark.parametrize(
    ("rule", "fields", "words"),
    [
        ("type: single", {}, "choose an option"),
        ("type: single", {"choice": "4"}, "choose an option"),
        ("type: single", {"choice": "0"}, "choose an option"),
        ("type: single", {"choice": "²"}, "choose an option"),
        ("type: single", {"choice": ["1", "x"]}, "choose an option"),
        ("type: single", {"choice": ["1", "1"]}, "choose an option"),
        ("type: single", {"choice": ["1", "2"]}, "one option only"),
        ("type: multiple, at most 2", {"choice": ["1", "2", "3"]}, "at most 2 options"),
        ("type: ranked", {}, "number the options"),
        ("type: ranked", {"rank-9": "1"}, "number the options"),
        ("type: ranked", {"rank-1": "4"}, "numbers from 1 to 3"),
        ("type: ranked", {"rank-1": "first"}, "numbers from 1 to 3"),
        ("type: ranked", {"rank-1": "1", "rank-2": "1"}, "same number"),
    ],
)
def test_what_is_no_vote_is_refused_and_stays_in_the_form(
    signed_in, grace, begun, rule, fields, words
):
    client, post = signed_in(grace), begun(rule)
    shown = sent(client, post, **fields)
    scripted = sent(client, post, SCRIPTED, **fields)

    for response in (shown, scripted):
        assert response.status_code == 422
        assert words in response.content.decode()
    assert not Ballot.objects.exists()


def test_a_refused_ranking_is_shown_as_it_was_typed(signed_in, grace, begun):
    post = begun("type: ranked")
    page = sent(signed_in(grace), post, **{"rank-1": "1", "rank-2": "1"}).content.decode()

    assert re.findall(r'name="rank-(\d)" form="vote" value="(\d)"', page) == [
        ("1", "1"),
        ("2", "1"),
    ]


def test_a_vote_on_what_was_there_before_does_not_count(signed_in, ada, grace, begun):
    post = begun()
    before = polls.key_of(post.poll)
    post.edit(ada, text(options=("Never", "Always")))
    response = sent(signed_in(grace), post, SCRIPTED, poll=before, choice=1)

    assert (response.status_code, counts(post)) == (422, [0, 0])
    assert "has been changed" in response.content.decode()


def test_a_late_vote_is_refused_even_before_the_poll_was_closed(signed_in, grace, begun):
    post = begun(closing(timezone.now() + SOON))
    client = signed_in(grace)
    with time_machine.travel(timezone.now() + 2 * SOON, tick=False):
        client.force_login(grace)
        response = sent(client, post, SCRIPTED, choice=1)

    assert (response.status_code, counts(post)) == (422, [0, 0, 0])
    assert "has closed" in response.content.decode()


def test_guests_are_asked_to_sign_in(client, begun):
    post = begun()

    assert sent(client, post, choice=1).status_code == 403
    assert "Sign in to vote" in client.get(reverse("poll", args=[post.topic_id])).content.decode()


def test_who_may_not_write_in_the_category_can_not_vote(signed_in, ada, grace):
    news = world.category("News", posters=["Editors"])
    post = Topic.start(ada, news, "A meeting", text()).posts.get()

    assert sent(signed_in(grace), post, SCRIPTED, choice=1).status_code == 422
    assert counts(post) == [0, 0, 0]


def test_a_closed_topic_takes_votes(signed_in, grace, begun):
    post = begun()
    post.topic.close()
    sent(signed_in(grace), post, choice=1)

    assert counts(post) == [1, 0, 0]


def test_what_is_hidden_or_elsewhere_or_no_poll_is_missing(
    signed_in, grace, mo, begun, topic, lounge
):
    hidden, moved = begun(), begun()
    hidden.hide(mo)
    moved.topic.move(lounge)
    client = signed_in(grace)

    for post in (hidden, moved):
        assert sent(client, post, choice=1).status_code == 404
    for pk in (hidden.topic_id, moved.topic_id, topic.pk, 10**12):
        assert client.get(reverse("poll", args=[pk])).status_code == 404
    assert not Ballot.objects.exists()


def test_who_loses_the_right_while_the_form_is_on_its_way_does_not_vote(
    signed_in, iris, lounge, olive, monkeypatch
):
    post = Topic.start(olive, lounge, "A meeting", text()).posts.get()
    locked = views.Topic.objects.locked

    def leave(pk):
        iris.groups.clear()
        return locked(pk)

    client = signed_in(iris)
    monkeypatch.setattr(type(views.Topic.objects), "locked", lambda _manager, pk: leave(pk))

    assert sent(client, post, choice=1).status_code == 404
    assert not Ballot.objects.exists()


def test_too_many_votes_are_refused(signed_in, grace, begun, settings):
    settings.RATES = {**settings.RATES, "vote": "2/hour"}
    client, post = signed_in(grace), begun()
    statuses = [sent(client, post, choice=n).status_code for n in (1, 2, 3)]

    assert statuses == [302, 302, 429]
    assert counts(post) == [0, 1, 0]


# --- Who may know the results ---

COUNT = 'class="poll__count"'


def everywhere(post, visitor, *readers):
    """Everything that these readers, a push and the feed have of the topic."""
    topic = post.topic
    deliveries = publisher.messages("polled", Topic.objects.get(pk=topic.pk), post.pk)
    texts = [delivery.text for delivery in deliveries]
    for reader in readers:
        client = visitor(reader)
        addresses = [topic.get_absolute_url(), "/", f"/p/{post.pk}/menu/", f"/t/{topic.pk}/poll/"]
        addresses.append(f"/t/{topic.pk}/changes?epoch={topic.epoch}&since=0")
        texts += [client.get(address).content.decode() for address in addresses]
        part = client.get(f"/t/{topic.pk}/poll/", headers={"X-Requested-With": "part"})
        texts.append(part.content.decode())
    return "\n".join(texts)


def test_results_are_for_everybody_unless_they_wait(client, begun, grace):
    post = begun()
    post.vote(grace, [1])

    assert COUNT in client.get(post.topic.get_absolute_url()).content.decode()


@pytest.mark.parametrize("rule", ["results: after voting", "results: after closing"])
@pytest.mark.parametrize("kind", ["type: single", "type: ranked"])
def test_nothing_of_results_that_wait_is_anywhere(visitor, begun, ada, grace, mo, rule, kind):
    post = begun(rule, kind, "votes: public", closing(timezone.now() + SOON))
    for member in (grace, mo):
        post.vote(member, [1])
    found = everywhere(post, visitor, None, ada, world.member("other"))

    assert "2 have voted" in found
    assert "poll__count" not in found
    assert "poll__bar" not in found
    assert "rounds" not in found.replace("/t/", "")
    assert "Grace Hopper" not in found
    assert "poll__option--first" not in found
    assert "counts" not in json.dumps(changes.topic_changes(ada, post.topic_id, "", 0))


def test_who_has_voted_sees_results_that_wait_for_that_and_no_more_once_it_is_taken_back(
    signed_in, begun, ada, grace
):
    post = begun("results: after voting", "votes: public")
    post.vote(ada, [2])
    client = signed_in(grace)
    part = {"X-Requested-With": "part"}

    def shown():
        return client.get(f"/t/{post.topic_id}/poll/", headers=part).content.decode().count(COUNT)

    before = shown()
    sent(client, post, choice=1)
    voted = shown()
    assert "Ada Lovelace" in client.get(f"/t/{post.topic_id}/poll/").content.decode()
    assert COUNT not in client.get(post.topic.get_absolute_url()).content.decode()
    sent(client, post, key="none")

    assert (before, voted, shown()) == (0, 3, 0)


def test_after_closing_everybody_sees_them(client, begun, grace):
    post = begun("results: after closing", closing(timezone.now() + SOON))
    post.vote(grace, [1])
    with time_machine.travel(timezone.now() + 2 * SOON, tick=False):
        assert COUNT not in client.get(post.topic.get_absolute_url()).content.decode()
        close_polls()
        page = client.get(post.topic.get_absolute_url()).content.decode()

    assert COUNT in page
    assert 'name="choice"' not in page
    assert "100%" in page


def test_secret_votes_name_nobody(visitor, begun, ada, grace):
    post = begun()
    post.vote(grace, [1])

    assert "Grace Hopper" not in everywhere(post, visitor, None, ada)


def test_public_votes_are_listed_newest_first_in_pages(client, begun, monkeypatch):
    post = begun("votes: public", "type: multiple")
    for n in range(5):
        post.vote(world.member(f"member{n}"), [1, 3])
    monkeypatch.setattr(views, "SHOWN", 2)
    seen, more = [], ""
    while more is not None:
        response = client.get(f"/t/{post.topic_id}/poll/", {"before": more})
        seen += [member.username for member, _texts in response.context["votes"]]
        more = response.context["more"]

    assert seen == [f"member{n}" for n in reversed(range(5))]
    assert response.context["votes"][0][1] == ["Friday", "Sunday"]


def test_who_is_deactivated_or_ignored_is_not_listed(signed_in, begun, ada, grace, mo, iris):
    post = begun("votes: public")
    for member in (grace, mo, iris):
        post.vote(member, [1])
    mo.is_active = False
    mo.save()
    MemberLevel.objects.choose(ada, iris, Attention.IGNORED)
    response = signed_in(ada).get(f"/t/{post.topic_id}/poll/")

    assert [member.username for member, _texts in response.context["votes"]] == ["grace"]


@pytest.mark.parametrize("before", ["x", "-1", "1" * 30, "²"])
def test_an_impossible_page_is_missing(client, begun, before):
    post = begun("votes: public")

    assert client.get(f"/t/{post.topic_id}/poll/", {"before": before}).status_code == 404


def test_how_a_ranked_poll_is_counted_is_shown(client, begun, ada, grace, mo):
    post = begun("type: ranked")
    for member, choices in ((ada, [1]), (grace, [2, 3]), (mo, [3, 2])):
        post.vote(member, choices)
    page = client.get(f"/t/{post.topic_id}/poll/").content.decode()

    assert page.count('scope="col">Round') == 2


# --- On pages ---


def test_ones_own_choice_is_on_the_page_for_oneself_alone(visitor, begun, grace, ada):
    post = begun("type: multiple")
    post.vote(grace, [1, 3])
    address = post.topic.get_absolute_url()

    assert 'data-own="1 3"' in visitor(grace).get(address).content.decode()
    assert "data-own" not in visitor(ada).get(address).content.decode()
    guests = visitor(None).get(address).content.decode()
    assert "data-own" not in guests
    assert "csrf" not in guests
    own = visitor(grace).get(f"/t/{post.topic_id}/poll/").content.decode()
    assert own.count(" checked>") == 2


@pytest.mark.parametrize("who", [None, "grace"])
def test_a_poll_costs_a_page_no_query(client, signed_in, ada, topic, request, who):
    member = request.getfixturevalue(who) if who else None
    visitor = signed_in(member) if member else client
    post = topic.posts.get()
    costs = []
    for step in (lambda: post.edit(ada, text()), lambda: post.vote(member or ada, [1])):
        visitor.get(topic.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            visitor.get(topic.get_absolute_url())
        costs.append(len(queries))
        step()
        topic.refresh_from_db()
    visitor.get(topic.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        visitor.get(topic.get_absolute_url())

    assert costs[0] == costs[1] == len(queries) <= 7


# --- Writing one ---


def new_topic(client, category, body):
    fields = {"title": "A meeting", "category": category.pk, "body": body, "token": world.token()}
    return client.post("/t/create/", fields)


def test_a_topic_with_a_poll_is_begun_in_the_usual_form(signed_in, grace, help_category):
    new_topic(signed_in(grace), help_category, text("type: ranked"))

    assert Topic.objects.get().posts.get().poll["kind"] == "ranked"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (text("closes: 2020-01-01"), "close in the past"),
        (text("type: many"), "is no type"),
        (text(options=("One",)), "2 to 20 options"),
        (text() + "\n\n" + text(), "one poll at most"),
    ],
)
def test_what_is_wrong_is_said_in_the_form(signed_in, grace, help_category, body, words):
    response = new_topic(signed_in(grace), help_category, body)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Topic.objects.exists()


def test_a_reply_takes_no_poll(signed_in, grace, topic):
    fields = {"body": text(), "token": world.token()}
    response = signed_in(grace).post(f"/t/{topic.pk}/replies/", fields)

    assert response.status_code == 422
    assert "Only the first post" in response.content.decode()


def edited(client, post, body):
    fields = {"body": body, "reason": "", "version": post.version}
    return client.post(f"/p/{post.pk}/update/", fields)


def test_an_edit_says_what_can_not_change_any_more(signed_in, ada, grace, begun):
    post = begun()
    post.vote(grace, [1])
    refused = edited(signed_in(ada), post, text(options=("One", "Two")))

    assert refused.status_code == 422
    assert "Please put the rest back" in refused.content.decode()
    assert edited(signed_in(ada), post, "Hello! " + text()).status_code == 302
    assert counts(post) == [1, 0, 0]


def test_who_votes_while_the_poll_is_edited_keeps_it_as_it_was(
    signed_in, ada, grace, begun, monkeypatch
):
    post = begun()
    edit = Post.edit

    def late(self, *args):
        Post.objects.get(pk=post.pk).vote(grace, [1])
        return edit(self, *args)

    monkeypatch.setattr(Post, "edit", late)
    response = edited(signed_in(ada), post, text(options=("One", "Two")))

    assert response.status_code == 422
    assert "Please put the rest back" in response.content.decode()
    assert Post.objects.get(pk=post.pk).poll["options"] == post.poll["options"]


def test_a_preview_shows_the_poll_or_what_is_wrong(signed_in, grace):
    client = signed_in(grace)

    shown = client.post("/preview/", {"body": text()})
    refused = client.post("/preview/", {"body": text("type: many")})
    assert '<div class="poll">' in shown.content.decode()
    assert (refused.status_code, "is no type" in refused.content.decode()) == (422, True)


def test_a_hidden_question_hides_its_poll(client, begun, grace, mo):
    post = begun()
    post.vote(grace, [1])
    post.hide(mo)
    page = client.get(post.topic.get_absolute_url()).content.decode()

    assert "Which day?" not in page
    assert "poll__" not in page


# --- At once ---


def client_of(member):
    client = Client()
    client.force_login(member, backend="forum.accounts.backends.MemberBackend")
    return client


@pytest.mark.django_db(transaction=True)
def test_votes_of_one_member_at_once_are_one_ballot_and_those_of_many_are_all_counted(begun, grace):
    post = begun()
    many = [world.member(f"member{n}") for n in range(4)]
    clients = [(client_of(grace), n) for n in (1, 2, 3)] + [(client_of(one), 1) for one in many]
    answers = at_once(*(partial(sent, client, post, choice=n) for client, n in clients))

    assert {answer.status_code for answer in answers} == {302}
    assert sum(counts(post)) == Post.objects.get(pk=post.pk).poll["voters"] == 5
    mine = Ballot.objects.get(member=grace).ranking
    assert counts(post)[mine[0] - 1] == 1 + 4 * (mine == [1])


@pytest.mark.django_db(transaction=True)
def test_a_vote_and_an_edit_of_the_options_at_once_never_mix(begun, ada, grace):
    post = begun()
    vote = partial(sent, client_of(grace), post, SCRIPTED, choice=3)
    edit = partial(edited, client_of(ada), post, text(options=("One", "Two")))
    voted, changed = at_once(vote, edit)

    poll = Post.objects.get(pk=post.pk).poll
    outcome = voted.status_code, changed.status_code, poll["counts"]
    assert outcome in [(201, 422, [0, 0, 1]), (422, 302, [0, 0])]
