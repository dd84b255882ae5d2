"""For how long authors can edit their posts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from forum.models import Post
from tests.support import world


@pytest.fixture
def post(topic, ada, settings):
    settings.EDIT_WINDOW_MINUTES = 60
    return topic.reply(ada, "Tea.")


def written_ago(post, **time):
    Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - timedelta(**time))
    post.refresh_from_db()


def edit(client, post, body="Coffee.", version=1, **options):
    fields = {"body": body, "version": version}
    return client.post(reverse("update_post", args=[post.pk]), fields, **options)


def form(client, post):
    return client.get(reverse("edit_post", args=[post.pk]))


@pytest.mark.parametrize(
    ("window", "age", "who", "expected"),
    [
        (60, 59, "ada", True),
        (60, 61, "ada", False),
        (0, 60 * 24 * 365 * 9, "ada", True),
        (60, 61, "mo", True),
        (60, 61, "olive", True),
        (60, 1, "grace", False),
        (0, 1, "grace", False),
    ],
)
def test_who_edits_when(post, settings, window, age, who, expected, ada, grace, mo, olive):
    settings.EDIT_WINDOW_MINUTES = window
    written_ago(post, minutes=age)
    user = {"ada": ada, "grace": grace, "mo": mo, "olive": olive}[who]

    assert post.can_be_edited_by(user) is expected


def test_an_author_whose_time_is_over_is_told_and_keeps_the_text(signed_in, ada, post):
    written_ago(post, minutes=61)

    page = form(signed_in(ada), post)
    assert (page.status_code, "60 minutes" in page.text) == (403, True)
    assert "that is over" in page.text

    answer = edit(signed_in(ada), post, "What I typed meanwhile.")
    assert answer.status_code == 403
    assert "that is over" in answer.text
    assert "What I typed meanwhile." in answer.text
    post.refresh_from_db()
    assert post.body == "Tea."


def test_others_are_told_nothing_of_it(signed_in, grace, post):
    written_ago(post, minutes=61)

    for answer in (form(signed_in(grace), post), edit(signed_in(grace), post)):
        assert (answer.status_code, "that is over" in answer.text) == (403, False)


def test_a_form_that_was_saved_in_time_is_saved(signed_in, ada, post):
    edit(signed_in(ada), post)
    written_ago(post, minutes=61)

    assert edit(signed_in(ada), post).status_code == 302
    headers = {"X-Requested-With": "check"}
    assert edit(signed_in(ada), post, headers=headers).status_code == 201


def test_the_menu_offers_it_in_time_only(signed_in, ada, post):
    def is_offered():
        menu = signed_in(ada).get(reverse("post_menu", args=[post.pk])).text
        return reverse("edit_post", args=[post.pk]) in menu

    assert is_offered()
    written_ago(post, minutes=61)
    assert not is_offered()


def test_pages_say_until_when_it_can_be_offered(client, post, settings):
    def link():
        page = client.get(post.topic.get_absolute_url()).text
        start = page.index(f'href="/p/{post.pk}/edit/"')
        return page[start : page.index(">", start)]

    until = (post.created_at + timedelta(hours=1)).isoformat()
    assert f'data-until="{until}"' in link()


def test_without_a_window_pages_say_nothing_of_one(client, topic):
    assert "data-until" not in client.get(topic.get_absolute_url()).text


def test_hiding_knows_no_window(signed_in, ada, post):
    written_ago(post, minutes=61)

    signed_in(ada).post(reverse("hide_post", args=[post.pk]))

    post.refresh_from_db()
    assert post.is_hidden


def test_an_author_who_may_not_write_there_any_more_is_told_nothing_of_a_window(
    signed_in, ada, post
):
    written_ago(post, minutes=61)
    post.topic.category.posters.add(world.group("Insiders"))

    assert "that is over" not in form(signed_in(ada), post).text
