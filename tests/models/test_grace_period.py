"""Authors' edits soon after writing leave no mark."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from forum.models import Post, Topic
from forum.models.posts import EditConflict
from forum.pages import fragments
from tests.support.events import heard


@pytest.fixture(autouse=True)
def grace_period(settings):
    settings.EDIT_GRACE_MINUTES = 5


@pytest.fixture
def post(topic, ada):
    return topic.reply(ada, "Tea.")


def written_ago(post, **time):
    Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - timedelta(**time))
    post.refresh_from_db()


def marks(post):
    """What readers and the history show of edits."""
    post.refresh_from_db()
    shown = "/history/" in fragments.rendered_post(post)
    return post.revisions.count(), post.edited_at is not None, post.is_edited, shown


NONE, ONE = (0, False, False, False), (1, True, True, True)


def test_an_edit_soon_after_writing_leaves_no_mark(post, ada):
    post.edit(ada, "Coffee.")

    assert (post.body, "Coffee." in post.html, post.edited_by) == ("Coffee.", True, None)
    assert marks(post) == NONE


def test_open_pages_are_told_of_it_all_the_same(post, ada, django_capture_on_commit_callbacks):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        post.edit(ada, "Coffee.")

    assert news == [("edited", 3, 2)]
    assert Topic.objects.get(pk=post.topic_id).change == post.change == 3


def test_the_period_begins_with_writing_and_not_with_the_last_edit(post, ada):
    written_ago(post, minutes=4)
    post.edit(ada, "Coffee.")
    written_ago(post, minutes=6)
    post.edit(ada, "Milk.")

    assert marks(post) == ONE
    assert post.revisions.get().body == "Coffee."


@pytest.mark.parametrize(
    ("minutes", "age", "expected"),
    [(5, 4, NONE), (5, 5, ONE), (0, 0, ONE), (60, 59, NONE), (60, 61, ONE)],
)
def test_owners_decide_how_long_it_is(post, ada, settings, minutes, age, expected):
    settings.EDIT_GRACE_MINUTES = minutes
    written_ago(post, minutes=age)

    post.edit(ada, "Coffee.")

    assert marks(post) == expected


def test_edits_by_anybody_else_leave_a_mark(post, mo):
    post.edit(mo, "Coffee.")

    assert marks(post) == ONE


def test_after_an_edit_by_somebody_else_those_of_the_author_leave_a_mark_too(post, ada, mo):
    post.edit(mo, "Coffee.")
    post.edit(ada, "Tea!")

    assert [(r.body, r.editor) for r in post.revisions.all()] == [("Tea.", ada), ("Coffee.", mo)]


def test_an_edit_with_a_reason_is_meant_to_be_seen(post, ada):
    post.edit(ada, "Coffee.", "I was wrong")

    assert marks(post) == ONE
    assert post.edit_reason == "I was wrong"


def test_a_text_changed_in_a_shell_soon_after_writing_leaves_no_mark(post):
    post.body = "Coffee."
    post.save()

    assert marks(post) == NONE


def test_of_two_tabs_the_second_is_told(post, ada):
    post.edit(ada, "Coffee.", version=1)

    with pytest.raises(EditConflict):
        post.edit(ada, "Milk.", version=1)
    post.edit(ada, "Milk.", version=2)
    assert marks(post) == NONE


def test_a_form_sent_twice_saves_once(signed_in, post, ada):
    address, sent = reverse("update_post", args=[post.pk]), {"body": "Coffee.", "version": 1}

    first = signed_in(ada).post(address, sent)
    asked = signed_in(ada).post(address, sent, headers={"X-Requested-With": "check"})
    again = signed_in(ada).post(address, sent)

    assert (first.status_code, asked.status_code, again.status_code) == (302, 201, 302)
    post.refresh_from_db()
    assert (post.version, post.body) == (2, "Coffee.")


def test_a_form_is_recognised_also_after_others_have_edited(post, ada, mo):
    post.edit(ada, "Coffee.", version=1)
    post.edit(mo, "Milk.", version=2)

    assert post.has_edit(ada, "Coffee.", "", 1)
    post.edit(ada, "Coffee.", version=1)
    assert post.body == "Milk."


def test_the_history_counts_from_the_text_that_the_period_left(client, post, ada, mo):
    post.edit(ada, "Coffee.")
    post.edit(ada, "Milk.")
    address = reverse("history", args=[post.pk])
    assert [v.number for v in client.get(address).context["versions"]] == [1]

    post.edit(mo, "Water.", "healthier")

    page = client.get(address)
    assert [(v.number, v.editor) for v in page.context["versions"]] == [(2, mo), (1, ada)]
    assert "Tea." not in page.text
    assert "Coffee." not in page.text
    older = client.get(address, {"before": 2})
    assert [v.html for v in older.context["versions"]] == ["Milk."]
