"""Owners see what was uploaded, remove it wherever it is shown, and have given-up pictures tried
again.
"""

import pytest
from django.urls import reverse
from django.utils import timezone

from forum.models import Upload, User
from forum.models.uploads import LARGE
from forum.uploads import preparing
from forum.uploads.models import Deletion, Preparation
from tests.support import world

LIST = reverse("admin:forum_upload_changelist")


@pytest.fixture
def post(ada, topic):
    upload = world.ready_picture(ada)
    Preparation.objects.all().delete()
    return topic.reply(ada, f"![My cat]({upload.get_absolute_url()})")


def removes(admin, upload):
    return admin.post(f"/admin/forum/upload/{upload.pk}/do/remove/")


def test_they_are_listed_by_size_member_and_state(admin, post, ada, grace):
    small = Upload.objects.store(grace, b"%PDF", "file", "plan.pdf")

    by_size = admin.get(LIST, {"o": "2"}).context["cl"].result_list
    assert list(by_size) == [small, Upload.objects.get(member=ada)]
    assert list(admin.get(LIST, {"q": "grace"}).context["cl"].result_list) == [small]
    assert not admin.get(LIST, {"state__exact": "refused"}).context["cl"].result_list


def test_a_removed_picture_becomes_words_in_the_posts_that_show_it(
    admin, client, post, django_capture_on_commit_callbacks
):
    upload = Upload.objects.get()

    removes(admin, upload)
    preparing.prepare()

    after = post.topic.posts.get(pk=post.pk)
    assert "<img" not in after.html
    assert "My cat: This picture could not be used." in after.html
    assert '<span class="post__own">A moderator has removed it.</span>' in after.html
    assert after.change == post.change + 1, "open pages follow"
    client.logout()
    assert client.get(upload.get_absolute_url()).status_code == 404
    assert Deletion.objects.filter(path=upload.path(LARGE)).exists()


def test_a_removed_avatar_is_shown_no_more(admin, ada):
    upload = world.ready_picture(ada)
    Upload.objects.update(is_avatar=True)
    User.objects.filter(pk=ada.pk).update(avatar=upload.name, wanted_avatar=upload)

    removes(admin, upload)

    assert User.objects.get(pk=ada.pk).avatar == ""


def test_what_was_removed_is_not_taken_again(admin, post, ada, signed_in):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.images import pictures

    removes(admin, Upload.objects.get())

    file = SimpleUploadedFile("me.jpg", pictures.jpeg())
    answer = signed_in(ada).post("/uploads/", {"file": file})

    assert answer.status_code == 422
    assert "A moderator has removed it." in answer.json()["error"]


def test_moderators_who_are_no_owners_see_none_of_it(staff, signed_in, post):
    browser = signed_in(staff)

    assert browser.get(LIST).status_code == 403
    assert removes(browser, Upload.objects.get()).status_code == 403


def test_a_preparation_that_was_given_up_is_tried_again(admin, ada):
    upload = world.picture(ada)
    row = Preparation.objects.get()
    row.give_up("No space left on device")
    page = admin.get(reverse("admin:uploads_preparation_changelist"), {"state": "given_up"})
    assert "No space left on device" in page.text

    admin.post(f"/admin/uploads/preparation/{row.pk}/do/try-again/")

    assert Preparation.objects.due().get().upload == upload
    assert Preparation.objects.get().due_at <= timezone.now()
