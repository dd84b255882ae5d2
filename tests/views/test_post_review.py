"""What others wrote meanwhile is shown once before a reply is posted, and never held back twice."""

import pytest
from django.urls import reverse

from forum.forms.submissions import is_token
from forum.models.posts import new_token
from tests.support import world


@pytest.fixture
def topic(ada):
    return world.topic(ada, world.category("Help"))


@pytest.fixture
def form(topic):
    return {"body": "Tea.", "token": new_token(), "last_seen": "1"}


def sends(client, topic, form, **headers):
    return client.post(reverse("create_reply", args=[topic.pk]), form, headers=headers)


def seen_in(answer):
    text = answer.content.decode()
    return text.partition('name="last_seen" value="')[2].partition('"')[0]


def test_forms_hold_the_number_of_the_last_post(signed_in, ada, topic):
    topic.reply(ada, "Coffee.")
    client = signed_in(ada)

    for page in (topic.get_absolute_url(), reverse("reply", args=[topic.pk])):
        assert seen_in(client.get(page)) == "2"


def test_replies_of_others_are_shown_once_and_then_it_is_posted(signed_in, ada, grace, topic, form):
    topic.reply(ada, "Coffee <and> cake.")
    client = signed_in(grace)
    answer = sends(client, topic, form)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Coffee &lt;and&gt; cake." in page
    assert "Nothing has been posted yet" in page
    assert "Tea.</textarea>" in page
    assert form["token"] in page
    assert topic.posts.count() == 2

    again = {**form, "last_seen": seen_in(answer)}
    assert sends(client, topic, again).status_code == 302
    assert sends(client, topic, again).status_code == 302  # sent twice
    assert [post.body for post in topic.posts.order_by("number")][2:] == ["Tea."]


def test_the_same_replies_are_never_shown_twice(signed_in, ada, grace, topic, form):
    topic.reply(ada, "Coffee.")
    client = signed_in(grace)
    first = sends(client, topic, form)
    topic.reply(ada, "Milk.")
    second = sends(client, topic, {**form, "last_seen": seen_in(first)})

    assert second.status_code == 409
    assert "Milk." in second.content.decode()
    assert "Coffee." not in second.content.decode()
    assert sends(client, topic, {**form, "last_seen": seen_in(second)}).status_code == 302


def test_what_was_posted_already_is_not_asked_about(signed_in, ada, grace, topic, form):
    client = signed_in(grace)
    sends(client, topic, form)
    topic.reply(ada, "Coffee.")

    assert sends(client, topic, form).status_code == 302
    assert topic.posts.filter(author=grace).count() == 1


@pytest.mark.parametrize("purpose", ["fetch", "check"])
def test_scripts_are_never_held_up(signed_in, ada, grace, topic, form, purpose):
    topic.reply(ada, "Coffee.")
    answer = sends(signed_in(grace), topic, form, **{"X-Requested-With": purpose})

    assert answer.status_code == {"fetch": 201, "check": 204}[purpose]


@pytest.mark.parametrize("seen", ["", "x", "-1", "²", "1" * 400, "99"])
def test_a_form_without_a_number_is_posted(signed_in, ada, grace, topic, form, seen):
    topic.reply(ada, "Coffee.")

    assert sends(signed_in(grace), topic, {**form, "last_seen": seen}).status_code == 302


def test_hidden_replies_and_ones_own_are_not_shown(signed_in, ada, grace, topic, form):
    topic.reply(ada, "Leaked.").hide(ada)
    topic.reply(grace, "From another tab.")

    assert sends(signed_in(grace), topic, form).status_code == 302


def test_who_has_switched_it_off_posts_at_once(signed_in, ada, grace, topic, form):
    grace.reviews_replies = False
    grace.save()
    topic.reply(ada, "Coffee.")
    client = signed_in(grace)

    assert "data-review" not in client.get(topic.get_absolute_url()).content.decode()
    assert sends(client, topic, form).status_code == 302


def test_a_refusal_comes_before_the_review(signed_in, ada, grace, topic, form):
    topic.reply(ada, "Coffee.")

    assert sends(signed_in(grace), topic, {**form, "body": " "}).status_code == 422
    topic.close()
    assert sends(signed_in(grace), topic, form).status_code == 403


def test_asking_counts_the_reply_once(signed_in, ada, grace, topic, form, settings):
    settings.RATES = {**settings.RATES, "post": "1/day"}
    topic.reply(ada, "Coffee.")
    client = signed_in(grace)
    answer = sends(client, topic, form)

    assert sends(client, topic, {**form, "last_seen": seen_in(answer)}).status_code == 302


def test_a_review_shows_ten_replies_and_its_queries_do_not_grow(
    signed_in, ada, grace, topic, form, django_assert_max_num_queries
):
    for number in range(12):
        topic.reply(ada, f"Reply {number}.")
    client = signed_in(grace)
    with django_assert_max_num_queries(12):
        page = sends(client, topic, form).content.decode()

    assert page.count('<article class="post') == 10
    assert is_token(form["token"])
    assert reverse("last", args=[topic.pk]) in page
