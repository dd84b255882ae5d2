import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from forum.models import Revision
from tests.support import world

SECRET = "hunter2"


@pytest.fixture
def post(topic, ada):
    """A post whose second version has a secret."""
    post = topic.posts.get()
    post.edit(ada, f"My password is {SECRET}.", f"now with {SECRET}")
    post.edit(ada, "My password is safe.")
    return post


def history(client, post, **query):
    return client.get(reverse("history", args=[post.pk]), query).text


def address(post, number=2, verb="hide"):
    return reverse(f"{verb}_version", args=[post.pk, number])


def hide(client, post, number=2, reason="", **options):
    return client.post(address(post, number), {"reason": reason}, **options)


@pytest.mark.parametrize("view", ["inline", "sides"])
def test_a_hidden_version_is_read_by_moderators_only(visitor, ada, grace, mo, olive, post, view):
    before = history(visitor(None), post, view=view)  # whatever this leaves in a cache
    assert SECRET in before
    assert f"<del>{SECRET}" in before

    hide(visitor(mo), post)

    for who in (None, ada, grace):
        page = history(visitor(who), post, view=view)
        assert SECRET not in page
        assert "Hidden by a moderator" in page
        assert "My password is safe." in page
        assert "Version 2" in page
    for who in (mo, olive):
        page = history(visitor(who), post, view=view)
        assert SECRET in page
        assert f"<del>{SECRET}" in page


def test_no_page_of_a_long_history_shows_it(visitor, mo, ada, post):
    for n in range(40):
        post.edit(ada, f"Text {n}.")
    hide(visitor(mo), post)
    guest = visitor(None)

    for before in range(1, 44):
        assert SECRET not in history(guest, post, before=before + 1)


def test_one_who_looks_after_a_moderator_sees_nothing_from_the_cache(visitor, mo, post):
    hide(visitor(mo), post)

    assert SECRET in history(visitor(mo), post)
    assert SECRET not in history(visitor(None), post)


def test_the_reason_is_for_moderators(signed_in, ada, mo, post):
    hide(signed_in(mo), post, reason="A password")

    assert "A password" not in history(signed_in(ada), post)
    assert "A password" in history(signed_in(mo), post)


def test_a_restored_version_is_there_again(visitor, mo, post):
    hide(visitor(mo), post, reason="A password")

    answer = visitor(mo).post(address(post, verb="restore"))

    assert answer["Location"] == reverse("history", args=[post.pk])
    assert SECRET in history(visitor(None), post)
    revision = post.revisions.get(version=2)
    assert (revision.is_hidden, revision.hidden_by, revision.hidden_reason) == (False, None, "")


def test_the_current_text_has_to_be_edited_first(signed_in, mo, post):
    page = signed_in(mo).get(address(post, 3))

    assert "Edit the post first" in page.text
    assert f'href="{reverse("edit_post", args=[post.pk])}"' in page.text
    assert "<textarea" not in page.text
    hide(signed_in(mo), post, 3)
    assert not Revision.objects.exclude(hidden_at=None).exists()


def test_the_form_shows_what_it_hides_and_what_it_does_not(signed_in, mo, post):
    page = signed_in(mo).get(address(post)).text

    assert SECRET in page
    assert "other versions with the same words" in page


def test_nobody_else_hides_or_restores(visitor, ada, grace, post, mo):
    for who in (None, ada, grace):
        assert hide(visitor(who), post).status_code == 403
        assert "/hide/" not in history(visitor(who), post)
    assert visitor(ada).get(address(post)).status_code == 403
    hide(visitor(mo), post)
    for who in (None, ada, grace):
        assert visitor(who).post(address(post, verb="restore")).status_code == 403
    assert post.revisions.get(version=2).is_hidden


def test_versions_out_of_sight_or_that_are_none_are_not_found(signed_in, mo, iris, lounge, post):
    secret = world.topic(iris, lounge).posts.get()
    secret.edit(iris, "Else.")

    for address_of_none in (address(secret, 1), address(post, 0), address(post, 10**30)):
        assert signed_in(mo).get(address_of_none).status_code == 404
        assert signed_in(mo).post(address_of_none).status_code == 404
    assert signed_in(mo).post(address(secret, 1, "restore")).status_code == 404


def test_it_stands_in_the_log_once_and_without_the_text(signed_in, mo, olive, post):
    for _ in range(2):
        hide(signed_in(mo), post, reason="A password")
    for _ in range(2):
        signed_in(olive).post(address(post, verb="restore"))

    assert [(e.user, e.change_message) for e in LogEntry.objects.order_by("pk")] == [
        (mo, "Version 2 hidden: A password"),
        (olive, "Version 2 restored."),
    ]


def test_of_two_moderators_the_second_is_told_that_the_reason_was_not_saved(
    signed_in, mo, olive, post
):
    def asks(who, reason):
        headers = {"X-Requested-With": "check"}
        return hide(signed_in(who), post, reason=reason, headers=headers).status_code

    assert asks(mo, "Mine") == 204
    hide(signed_in(mo), post, reason="Mine")
    assert (asks(mo, "Mine"), asks(olive, "Also")) == (201, 204)

    page = signed_in(olive).post(address(post), {"reason": "Also"}, follow=True)

    assert "your reason wasn&#x27;t saved" in page.text
    assert post.revisions.get(version=2).hidden_reason == "Mine"


def test_a_reason_that_is_too_long_comes_back(signed_in, mo, post):
    answer = hide(signed_in(mo), post, reason="x" * 201)

    assert (answer.status_code, "x" * 201 in answer.text) == (422, True)
    assert not post.revisions.get(version=2).is_hidden


def test_a_post_is_not_reverted_to_a_hidden_version(signed_in, mo, post):
    hide(signed_in(mo), post)
    revert = reverse("revert_post", args=[post.pk, 2])

    assert revert not in history(signed_in(mo), post)
    assert signed_in(mo).post(revert, {"version": 3}).status_code == 404
    post.refresh_from_db()
    assert post.body == "My password is safe."
