import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests.support import world

LIST = reverse("admin:forum_revision_changelist")


@pytest.fixture
def staff(db):
    """Somebody who may look at posts and their versions in the admin, and no moderator."""
    staff = world.member("stella", is_staff=True)
    names = ["view_revision", "view_post", "change_post"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=names))
    return staff


@pytest.fixture
def revision(topic, ada):
    post = topic.posts.get()
    post.edit(ada, "My password is hunter2.")
    post.edit(ada, "My password is safe.")
    return post.revisions.get(version=2)


def page(revision):
    return reverse("admin:forum_revision_change", args=[revision.pk])


def do(browser, revision, verb):
    return browser.post(reverse("admin:forum_revision_do", args=[revision.pk, verb]))


def test_owners_hide_and_restore_a_version(signed_in, olive, revision):
    assert do(signed_in(olive), revision, "hide").status_code == 302
    revision.refresh_from_db()
    assert (revision.is_hidden, revision.hidden_by) == (True, olive)
    assert "hunter2" in signed_in(olive).get(page(revision)).text

    do(signed_in(olive), revision, "restore")
    revision.refresh_from_db()
    assert not revision.is_hidden


def test_owners_hide_many_at_once(signed_in, olive, revision):
    signed_in(olive).post(LIST, {"action": "hide", "_selected_action": [revision.pk]})

    revision.refresh_from_db()
    assert revision.is_hidden


def test_staff_who_are_no_moderators_neither_hide_nor_read_hidden_ones(
    signed_in, staff, mo, revision
):
    browser = signed_in(staff)
    post_page = reverse("admin:forum_post_change", args=[revision.post_id])
    assert do(browser, revision, "hide").status_code == 403
    for address in (LIST, page(revision), post_page):
        assert "hunter2" in browser.get(address).text

    revision.hide(mo)

    assert "hunter2" not in browser.get(LIST).text
    assert "My password" not in browser.get(LIST, {"q": "hunter2"}).text
    assert browser.get(page(revision)).status_code == 302
    assert "hunter2" not in browser.get(post_page).text
    assert do(browser, revision, "restore").status_code in (403, 404)
