import pytest
from django.urls import reverse

from forum.models import Post
from tests.support import world

pytestmark = pytest.mark.store

CANARY = "canary-7f3a"


@pytest.fixture
def post(grace, topic):
    return topic.reply(grace, f"Look: {CANARY}.")


def send(client, verb, post):
    return client.post(reverse(f"{verb}_post", args=[post.pk])).status_code


def stands_hidden(post):
    return Post.objects.get(pk=post.pk).is_hidden


def test_authors_hide_their_posts_and_show_them_again(signed_in, grace, post):
    answer = signed_in(grace).post(reverse("hide_post", args=[post.pk]))
    assert answer.url == f"{post.topic.get_absolute_url()}#post-2"
    assert stands_hidden(post)

    send(signed_in(grace), "restore", post)
    assert not stands_hidden(post)


def test_what_a_moderator_hid_only_moderators_show_again(signed_in, grace, mo, post):
    send(signed_in(mo), "hide", post)
    assert send(signed_in(grace), "restore", post) == 403
    assert stands_hidden(post)

    assert send(signed_in(mo), "restore", post) == 302
    assert not stands_hidden(post)


def test_nobody_else_hides_or_shows(signed_in, client, ada, grace, post):
    assert send(client, "hide", post) == 403
    assert not stands_hidden(post)
    assert send(signed_in(ada), "hide", post) == 403
    assert not stands_hidden(post)
    post.hide(grace)
    assert send(signed_in(ada), "restore", post) == 403
    assert stands_hidden(post)


def test_hiding_or_showing_twice_is_fine(signed_in, mo, post):
    assert [send(signed_in(mo), verb, post) for verb in ("hide", "hide", "restore", "restore")] == [
        302
    ] * 4
    assert post.topic.change + 2 == Post.objects.get(pk=post.pk).change


def test_an_address_alone_hides_nothing(signed_in, mo, post):
    answer = signed_in(mo).get(reverse("hide_post", args=[post.pk]))

    assert answer.url == reverse("post_menu", args=[post.pk])
    assert not stands_hidden(post)


def test_the_text_of_a_hidden_post_is_nowhere(
    signed_in, client, ada, grace, mo, iris, post, help_category
):
    """None of the pages holds it for guests and members; its author and moderators find it where
    they may read it.
    """
    post.edit(grace, f"Edited: {CANARY}.")
    topic = post.topic
    later = world.topic(grace, help_category, title="Later")
    post.hide(mo)
    places = [
        "/",
        help_category.get_absolute_url(),
        topic.get_absolute_url(),
        later.get_absolute_url(),
        post.get_absolute_url(),
        reverse("post_menu", args=[post.pk]),
        reverse("history", args=[post.pk]),
        reverse("edit_post", args=[post.pk]),
        f"{reverse('reply', args=[topic.pk])}?quote=2",
        reverse("member", args=["grace"]),
        reverse("member_topics", args=["grace"]),
        f"/t/{topic.pk}/changes?epoch={topic.epoch}&since=0",
        "/changes?list=latest&rows=",
        "/news?since=0",
    ]

    def shows(client):
        return [
            place for place in places if CANARY in client.get(place, follow=True).content.decode()
        ]

    menu, history, edit, quote = places[5:9]
    assert shows(client) == []
    assert [shows(signed_in(who)) for who in (ada, iris)] == [[], []]
    assert shows(signed_in(grace)) == [menu, history, quote]
    assert shows(signed_in(mo)) == [menu, history, edit, quote]


def test_a_hidden_post_keeps_its_place_and_says_who_hid_it(client, grace, mo, post):
    post.hide(grace)
    assert "hidden by its author" in client.get(post.topic.get_absolute_url()).content.decode()
    post.restore()
    post.hide(mo)
    page = client.get(post.topic.get_absolute_url()).content.decode()
    assert "hidden by a moderator" in page
    assert 'id="post-2"' in page
