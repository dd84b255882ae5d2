"""Members react to posts by a form, and everybody sees who has reacted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.models import Attention, MemberLevel, Post, Reaction
from forum.pages import fragments
from forum.views import reactions
from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def post(topic):
    return topic.posts.get()


@pytest.fixture
def address(post):
    return reverse("reactions", args=[post.pk])


def stored(post):
    return Post.objects.get(pk=post.pk).reactions


# --- Reacting ---


def test_a_tap_reacts_and_leads_back_to_the_post(signed_in, grace, post, address):
    response = signed_in(grace).post(address, {"reaction": "heart"})

    assert response.status_code == 302
    assert response["Location"].endswith("#post-1")
    assert stored(post) == {"heart": 1}


def test_a_tap_that_is_sent_twice_is_one_and_leads_to_where_it_can_be_taken_back(
    signed_in, grace, post, address
):
    client = signed_in(grace)
    client.post(address, {"reaction": "heart"})
    response = client.post(address, {"reaction": "heart"})

    assert stored(post) == {"heart": 1}
    assert response["Location"] == address
    assert 'name="off" value="heart"' in client.get(address).content.decode()


def test_what_says_its_state_may_be_sent_twice(signed_in, grace, post, address):
    client = signed_in(grace)
    for field, counts in (("on", {"heart": 1}), ("off", {})):
        for _ in range(2):
            response = client.post(address, {field: "heart"}, headers={"X-Requested-With": "fetch"})
            assert response.status_code == 201
            assert stored(post) == counts


def test_a_script_gets_the_event_that_the_pages_of_the_topic_get(signed_in, grace, post, address):
    response = signed_in(grace).post(
        address, {"on": "heart"}, headers={"X-Requested-With": "fetch"}
    )

    event = response.json()
    assert (event["type"], event["change"]) == ("post_update", 2)
    assert 'aria-label="Heart: 1"' in event["post"]["html"]


@pytest.mark.parametrize("form", [{}, {"reaction": "star"}, {"on": ""}, {"off": "<b>"}])
def test_only_signs_that_are_offered_are_taken(signed_in, grace, post, address, form):
    assert signed_in(grace).post(address, form).status_code == 404
    assert stored(post) == {}


def test_guests_are_asked_to_sign_in(client, post, address):
    assert client.post(address, {"reaction": "heart"}).status_code == 403
    assert stored(post) == {}
    assert "Sign in to react" in client.get(address).content.decode()


def test_nobody_reacts_to_their_own_post(signed_in, ada, post, address):
    client = signed_in(ada)
    response = client.post(address, {"reaction": "heart"}, follow=True)
    assert "your own post" in response.content.decode()

    scripted = client.post(address, {"on": "heart"}, headers={"X-Requested-With": "fetch"})
    assert (scripted.status_code, scripted.content.decode().strip()) == (
        422,
        "You can&#x27;t react to your own post.",
    )
    assert stored(post) == {}


def test_nobody_reacts_to_a_hidden_post_or_sees_who_did(signed_in, grace, mo, post, address):
    post.react(grace, "heart")
    post.hide(mo)
    client = signed_in(grace)

    client.post(address, {"reaction": "laugh"})
    page = client.get(address).content.decode()

    assert stored(post) == {"heart": 1}
    assert "Grace Hopper</span>" not in page.partition("<main")[2]


def test_a_closed_topic_and_a_category_to_read_take_reactions(signed_in, grace, ada):
    news = world.category("News", posters=["Editors"])
    topic = world.topic(ada, news)
    topic.close()
    post = topic.posts.get()

    signed_in(grace).post(reverse("reactions", args=[post.pk]), {"on": "heart"})

    assert stored(post) == {"heart": 1}


def test_what_one_may_not_see_is_missing(signed_in, grace, iris, lounge):
    post = world.topic(iris, lounge).posts.get()
    address = reverse("reactions", args=[post.pk])
    client = signed_in(grace)

    assert client.get(address).status_code == 404
    assert client.post(address, {"on": "heart"}).status_code == 404
    assert stored(post) == {}


def test_who_loses_the_right_while_the_form_is_on_its_way_reacts_to_nothing(
    signed_in, iris, lounge, olive, monkeypatch
):
    post = world.topic(olive, lounge).posts.get()
    locked = reactions.Topic.objects.locked

    def leave(pk):
        iris.groups.clear()
        return locked(pk)

    monkeypatch.setattr(type(reactions.Topic.objects), "locked", lambda _manager, pk: leave(pk))
    response = signed_in(iris).post(reverse("reactions", args=[post.pk]), {"on": "heart"})

    assert response.status_code == 404
    assert stored(post) == {}


def test_too_many_taps_are_refused_before_any_is_stored(signed_in, grace, post, address, settings):
    settings.RATES = {**settings.RATES, "reaction": "2/hour"}
    client = signed_in(grace)
    statuses = [client.post(address, {"on": name}).status_code for name in ("heart", "laugh")]
    refused = client.post(address, {"on": "thanks"})

    assert statuses == [302, 302]
    assert (refused.status_code, "Retry-After" in refused) == (429, True)
    assert stored(post) == {"heart": 1, "laugh": 1}


# --- Who has reacted ---


def names(response):
    return [one.member.username for one in response.context["given"]]


def test_who_has_reacted_is_listed_newest_first(client, post, grace, mo, address):
    post.react(grace, "heart")
    post.react(mo, "laugh")

    assert names(client.get(address)) == ["mo", "grace"]


def test_who_is_deactivated_or_ignored_is_not_listed(
    signed_in, post, ada, grace, mo, iris, address
):
    for member in (grace, mo, iris):
        post.react(member, "heart")
    mo.is_active = False
    mo.save()
    MemberLevel.objects.choose(ada, iris, Attention.IGNORED)

    assert names(signed_in(ada).get(address)) == ["grace"]


def test_a_long_list_has_pages(client, post, address, monkeypatch):
    monkeypatch.setattr(reactions, "SHOWN", 2)
    for number in range(5):
        post.react(world.member(f"member{number}"), "heart")
    seen, next_page = [], address
    while next_page:
        response = client.get(next_page)
        seen += names(response)
        more = response.context["more"]
        next_page = more and f"{address}?before={more}"

    assert seen == [f"member{number}" for number in reversed(range(5))]


@pytest.mark.parametrize("before", ["x", "-1", "1" * 30, "²"])
def test_an_impossible_page_is_missing(client, address, before):
    assert client.get(address, {"before": before}).status_code == 404


def test_the_list_costs_the_same_however_long_it_is(signed_in, post, grace, address):
    client = signed_in(grace)
    post.react(grace, "heart")
    counts = []
    for number in range(2):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address, headers={"X-Requested-With": "part"})
        counts.append(len(queries))
        for member in range(5):
            post.react(world.member(f"m{number}{member}"), "heart")

    assert counts[0] == counts[1] <= 7


# --- On the page of the topic ---


def test_a_page_has_the_counts_and_the_members_own_signs_apart(
    client, signed_in, topic, post, grace
):
    post.react(grace, "heart")
    own = f'data-own="{post.pk}:heart"'
    guests = client.get(topic.get_absolute_url()).content.decode()
    hers = signed_in(grace).get(topic.get_absolute_url()).content.decode()

    for page in (guests, hers):
        assert 'aria-label="Heart: 1"' in page
        assert 'aria-label="Thumbs up"' in page
    assert own in hers
    assert "data-own" not in guests
    assert "csrf" not in guests


def test_only_the_signs_at_posts_of_the_page_are_on_it(signed_in, topic, post, ada, grace):
    for _ in range(20):
        last = topic.reply(ada, "And another.")
    post.react(grace, "heart")
    last.react(grace, "laugh")
    last.react(grace, "heart")
    page = signed_in(grace).get(f"{topic.get_absolute_url()}?page=2")

    found = page.context["topic"].reacted.split()
    assert sorted(found) == sorted([f"{last.pk}:laugh", f"{last.pk}:heart"])


def test_own_signs_cost_a_page_no_query(signed_in, topic, post, ada, grace):
    client = signed_in(grace)
    counts = []
    for name in ("heart", "laugh"):
        client.get(topic.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(topic.get_absolute_url())
        counts.append(len(queries))
        post.react(grace, name)

    assert counts[0] == counts[1]


def test_without_signs_in_the_settings_posts_offer_none(client, topic, post, grace, settings):
    post.react(grace, "heart")
    settings.REACTIONS = []
    fragments.cache.clear()
    page = client.get(topic.get_absolute_url()).content.decode()

    assert 'form="react"' not in page
    assert not Reaction.objects.shown().exists()
