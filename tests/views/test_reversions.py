import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from forum import markdown
from forum.drafts.models import Draft
from forum.models import Post
from tests.support import world
from tests.support.events import heard


@pytest.fixture
def post(topic, ada):
    post = topic.posts.get()
    post.edit(ada, "I **really** wonder.")
    post.edit(ada, "Never mind.")
    return post


def address(post, number=1):
    return reverse("revert_post", args=[post.pk, number])


def revert(client, post, number=1, version=3):
    return client.post(address(post, number), {"version": version})


def test_moderators_revert_to_a_version(signed_in, mo, post, django_capture_on_commit_callbacks):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        answer = revert(signed_in(mo), post, 2)

    assert answer["Location"].endswith("#post-1")
    post.refresh_from_db()
    assert (post.body, post.edited_by, post.edit_reason) == (
        "I **really** wonder.",
        mo,
        "Reverted to version 2",
    )
    assert "<strong>really</strong>" in post.html
    assert [r.body for r in post.revisions.all()][-1] == "Never mind."
    assert news == [("edited", 4, 1)]


def test_it_is_asked_first_with_what_will_change(signed_in, mo, post):
    page = signed_in(mo).get(address(post, 2)).text

    assert "<del>Never mind" in page
    assert "<ins>I **really** wonder" in page
    assert f'href="{address(post, 2)}"' in signed_in(mo).get(f"/p/{post.pk}/history/").text
    post.refresh_from_db()
    assert post.version == 3


def test_nobody_else_is_offered_it_or_reverts(visitor, ada, grace, post):
    for who in (None, ada, grace):
        assert "/revert/" not in visitor(who).get(f"/p/{post.pk}/history/").text
        assert revert(visitor(who), post).status_code == 403
    assert visitor(ada).get(address(post)).status_code == 403
    post.refresh_from_db()
    assert post.version == 3


def test_a_post_in_a_category_out_of_sight_is_not_found(signed_in, mo, iris, lounge):
    secret = world.topic(iris, lounge).posts.get()
    secret.edit(iris, "Else.")

    assert signed_in(mo).get(address(secret)).status_code == 404
    assert revert(signed_in(mo), secret, version=2).status_code == 404


@pytest.mark.parametrize("number", [0, 3, 4, 10**30])
def test_a_version_that_is_none_is_not_found(signed_in, mo, post, number):
    assert signed_in(mo).get(address(post, number)).status_code == 404
    assert revert(signed_in(mo), post, number).status_code == 404


def test_an_edit_in_between_is_shown_first(signed_in, mo, ada, post):
    moderator = signed_in(mo)
    post.edit(ada, "Wait.")

    answer = revert(moderator, post)
    assert answer.status_code == 409
    assert "<del>Wait" in answer.text
    post.refresh_from_db()
    assert post.body == "Wait."

    assert revert(moderator, post, version=4).status_code == 302
    post.refresh_from_db()
    assert post.body == "I wonder."


def test_a_form_sent_twice_reverts_once(signed_in, mo, ada, post):
    for _ in range(2):
        assert revert(signed_in(mo), post).status_code == 302
    post.refresh_from_db()
    assert (post.version, post.body) == (4, "I wonder.")

    post.edit(ada, "Again.")
    assert revert(signed_in(mo), post).status_code == 302
    post.refresh_from_db()
    assert post.body == "Again."


@pytest.mark.parametrize("version", ["", "x", "0", "9" * 30])
def test_a_form_without_a_version_asks_again(signed_in, mo, post, version):
    assert revert(signed_in(mo), post, version=version).status_code in (409, 422)
    post.refresh_from_db()
    assert post.version == 3


def test_it_stands_in_the_log(signed_in, mo, post):
    revert(signed_in(mo), post, 2)
    revert(signed_in(mo), post, 2)

    assert [(e.user, e.change_message) for e in LogEntry.objects.all()] == [
        (mo, "Reverted to version 2.")
    ]


def test_a_draft_of_the_moderator_stays(signed_in, mo, post):
    moderator, path = signed_in(mo), reverse("update_post", args=[post.pk])
    text = {"body": "What I was about to write.", "version": "3"}
    moderator.post(reverse("keep_draft"), text | {"draft_path": path, "draft_version": 0})
    assert Draft.objects.get().fields["body"] == text["body"]

    revert(moderator, post)

    assert Draft.objects.get().fields["body"] == text["body"]


def test_a_text_that_can_not_be_shown_any_more_stays_in_the_history(
    signed_in, mo, post, monkeypatch
):
    def refuse(body, **options):
        raise markdown.MarkdownError("This text takes too long to be shown.")

    monkeypatch.setattr(markdown, "render", refuse)

    answer = revert(signed_in(mo), post)

    assert (answer.status_code, "takes too long" in answer.text) == (422, True)
    assert Post.objects.get(pk=post.pk).body == "Never mind."


def test_a_version_with_the_present_text_changes_nothing(signed_in, mo, ada, post):
    post.edit(ada, "I wonder.")

    page = signed_in(mo).get(address(post)).text
    assert "already has the text" in page
    assert 'name="version"' not in page
    revert(signed_in(mo), post, version=4)
    assert Post.objects.get(pk=post.pk).version == 4
