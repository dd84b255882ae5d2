"""Replying to a post: the form, what is refused, and what a post shows of its replies."""

import pytest
from django.urls import reverse

from forum.drafts.models import Draft
from forum.models import Post, Topic
from tests.support import world

PART = {"X-Requested-With": "part"}


@pytest.fixture
def question(topic):
    return topic.posts.get()


def form_page(topic):
    return reverse("reply", args=[topic.pk])


def send(client, topic, number, body="Tea, please.", **fields):
    sent = {"body": body, "token": world.token(), "reply_to": str(number), **fields}
    return client.post(reverse("create_reply", args=[topic.pk]), sent)


def reply_to_field(number):
    return f'name="reply_to" autocomplete="off" value="{number}" checked'


# --- Writing one ---


def test_a_reply_to_a_post_knows_it(signed_in, grace, topic, question):
    answer = send(signed_in(grace), topic, 1)

    assert answer.url == f"{topic.get_absolute_url()}#post-2"
    assert topic.posts.get(number=2).reply_to == question


def test_the_link_of_a_post_leads_to_a_form_that_says_whom_it_answers(signed_in, grace, topic):
    page = signed_in(grace).get(form_page(topic), {"to": 1}).text

    assert reply_to_field(1) in page
    assert "@ada #1" in page


def test_what_is_not_there_can_not_be_asked_for(signed_in, grace, mo, topic):
    hidden = topic.reply(grace, "Coffee.")
    hidden.hide(mo)

    for number in ("9", "x", "0", "9" * 400):
        assert signed_in(grace).get(form_page(topic), {"to": number}).status_code == 404
    assert signed_in(world.member("eve")).get(form_page(topic), {"to": 2}).status_code == 404
    assert signed_in(mo).get(form_page(topic), {"to": 2}).status_code == 200


@pytest.mark.parametrize("number", ["9", "0", "-1", "x", "1.0", "9" * 5000, "²"])
def test_a_reply_to_what_is_not_there_is_refused_with_the_text_intact(
    signed_in, grace, topic, number
):
    answer = send(signed_in(grace), topic, number, body="Typed for an hour.")

    assert answer.status_code == 422
    assert "Typed for an hour." in answer.text
    assert "any more. Untick “Replying to”" in answer.text
    assert topic.posts.count() == 1


def test_a_reply_to_a_post_of_another_topic_is_refused(signed_in, grace, topic, help_category):
    other = world.topic(grace, help_category, replies=3)
    assert send(signed_in(grace), topic, 3).status_code == 422
    assert send(signed_in(grace), other, 3).status_code == 302


def test_only_who_may_read_a_hidden_post_may_answer_it(signed_in, grace, ada, mo, topic, question):
    question.hide(mo)

    assert send(signed_in(grace), topic, 1).status_code == 422
    assert send(signed_in(ada), topic, 1).status_code == 302
    assert send(signed_in(mo), topic, 1).status_code == 302


def test_a_post_hidden_meanwhile_is_not_answered_but_the_text_comes_back(
    signed_in, grace, mo, topic, question, monkeypatch
):
    real = Topic.reply

    def late(self, *args, **kwargs):
        question.hide(mo)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Topic, "reply", late)
    answer = send(signed_in(grace), topic, 1, body="Typed for an hour.")

    assert (answer.status_code, topic.posts.count()) == (422, 1)
    assert "Typed for an hour." in answer.text
    assert "Untick" in answer.text


def test_the_same_form_for_another_post_is_another_reply(signed_in, grace, topic):
    topic.reply(grace, "Coffee.")
    token = world.token()

    first = send(signed_in(grace), topic, 1, token=token)
    again = send(signed_in(grace), topic, 1, token=token)
    other = send(signed_in(grace), topic, 2, token=token)

    assert first.url == again.url != other.url
    assert list(topic.posts.order_by("number").values_list("reply_to__number", flat=True)) == [
        None,
        None,
        1,
        2,
    ]


def test_a_form_from_before_it_had_this_field_is_still_recognised(signed_in, grace, topic):
    token = world.token()
    sent = {"body": "Tea.", "token": token}
    first = signed_in(grace).post(reverse("create_reply", args=[topic.pk]), sent)

    assert send(signed_in(grace), topic, "", "Tea.", token=token).url == first.url
    assert topic.posts.count() == 2


def test_a_draft_keeps_whom_it_answers(signed_in, grace, topic):
    path = reverse("create_reply", args=[topic.pk])
    fields = {"body": "Half a", "reply_to": "1", "draft_path": path, "draft_version": "0"}
    signed_in(grace).post(reverse("keep_draft"), fields)

    assert Draft.objects.get().fields == {"body": "Half a", "reply_to": "1"}
    for address in (form_page(topic), topic.get_absolute_url()):
        assert reply_to_field(1) in signed_in(grace).get(address).text


def test_asking_for_another_post_keeps_the_draft_and_answers_that_one(signed_in, grace, topic):
    topic.reply(grace, "Coffee.")
    path = reverse("create_reply", args=[topic.pk])
    fields = {"body": "Half a", "reply_to": "1", "draft_path": path, "draft_version": "0"}
    signed_in(grace).post(reverse("keep_draft"), fields)

    page = signed_in(grace).get(form_page(topic), {"to": 2}).text

    assert reply_to_field(2) in page
    assert "Half a" in page


def test_whoever_signs_in_again_still_answers_the_same_post(client, signed_in, grace, topic):
    page = send(client, topic, 1, "Typed for an hour.")
    sent = {"unsent": page.context["unsent"]}
    signed_in(grace).post(reverse("continue"), sent, headers={"Origin": "http://testserver"})

    form = signed_in(grace).get(form_page(topic)).text
    assert reply_to_field(1) in form
    assert "Typed for an hour." in form


def test_a_quote_in_an_empty_form_answers_the_post_that_it_quotes(signed_in, grace, topic):
    assert reply_to_field(1) in signed_in(grace).get(form_page(topic), {"quote": 1}).text

    path = reverse("create_reply", args=[topic.pk])
    fields = {"body": "To all of you:", "draft_path": path, "draft_version": "0"}
    signed_in(grace).post(reverse("keep_draft"), fields)
    assert reply_to_field(1) not in signed_in(grace).get(form_page(topic), {"quote": 1}).text


# --- What a page shows ---


def test_a_reply_says_whom_it_answers_and_the_post_how_many_do(client, topic, grace, question):
    topic.reply(grace, "Tea.")
    topic.reply(grace, "Coffee.", reply_to=question)

    page = client.get(topic.get_absolute_url()).text

    assert 'href="#post-1">in reply to <bdi>@ada</bdi></a>' in page
    assert f'href="/p/{question.pk}/replies/" rel="nofollow">1 reply</a>' in page


def test_a_reply_on_a_later_page_leads_back_to_the_page_before(client, topic, grace, question):
    for _ in range(20):
        topic.reply(grace, "Tea.")
    topic.reply(grace, "Coffee.", reply_to=question)

    page = client.get(topic.get_absolute_url(), {"page": 2}).text

    assert f'href="/t/{topic.pk}/1/">in reply to' in page


def test_the_replies_of_a_post_can_be_read_in_parts(client, topic, grace, question):
    replies = [topic.reply(grace, f"Cup number {n}.", reply_to=question) for n in range(12)]
    address = reverse("post_replies", args=[question.pk])

    page = client.get(address).text
    part = client.get(address, headers=PART).text

    assert page.count("Cup number") == part.count("Cup number") == 10
    assert "<html" in page
    assert "<html" not in part
    more = f"{address}?after={replies[9].number}"
    assert f'href="{more}"' in part
    assert client.get(more, headers=PART).text.count("Cup number") == 2
    assert client.get(address, {"after": "x"}).status_code == 404


def test_a_hidden_reply_is_in_no_list_and_a_hidden_post_in_no_excerpt(
    client, signed_in, topic, grace, mo, question
):
    topic.reply(grace, "A secret.", reply_to=question).hide(mo)
    topic.reply(grace, "No secret.", reply_to=question)
    excerpt = reverse("excerpt", args=[topic.pk, 2])

    for reader in (client, signed_in(mo)):
        listed = reader.get(reverse("post_replies", args=[question.pk])).text
        assert "No secret." in listed
        assert "A secret." not in listed
        assert "A secret." not in reader.get(excerpt, headers=PART).text
    assert "No secret." in client.get(reverse("excerpt", args=[topic.pk, 3]), headers=PART).text


def test_replies_and_excerpts_of_a_private_topic_are_not_there(
    client, signed_in, grace, iris, lounge
):
    topic = world.topic(iris, lounge)
    post = topic.posts.get()
    topic.reply(iris, "Hush.", reply_to=post)
    addresses = [
        reverse("post_replies", args=[post.pk]),
        reverse("excerpt", args=[topic.pk, 1]),
    ]

    for address in addresses:
        client.logout()
        assert client.get(address, headers=PART).status_code == 404
        assert signed_in(grace).get(address, headers=PART).status_code == 404
        assert signed_in(iris).get(address, headers=PART).status_code == 200


def test_an_excerpt_without_scripts_is_the_post_itself(client, topic):
    answer = client.get(reverse("excerpt", args=[topic.pk, 1]))

    assert answer.url == reverse("number", args=[topic.pk, 1])


def test_another_name_of_whom_it_answers_shows_at_once(client, topic, grace, ada, question):
    Post.objects.filter(pk=question.pk).update(author=grace)
    for _ in range(20):
        topic.reply(ada, "Tea.")
    topic.reply(ada, "Coffee.", reply_to=question)
    address = f"{topic.get_absolute_url()}?page=2"
    assert "@grace</bdi>" in client.get(address).text

    grace.username = "hopper"
    grace.save()

    page = client.get(address).text
    assert "@hopper</bdi>" in page
    assert "@grace</bdi>" not in page
