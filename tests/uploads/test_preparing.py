"""Pictures are prepared outside of requests, and shown on posts that have them already."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.models import Upload
from forum.models.uploads import LARGE, SOURCE, storage
from forum.uploads import preparing
from forum.uploads.models import Deletion, Preparation, plan_deletion
from forum.uploads.retention import UNUSED, delete_files, delete_unused
from tests.images import pictures
from tests.support import world

PHOTO = pictures.jpeg(1400, 700)


def shown(upload):
    return f"![Me]({upload.get_absolute_url()})"


def test_a_post_shows_the_place_of_a_picture_and_then_the_picture(ada, topic):
    upload = world.picture(ada, PHOTO)
    post = topic.reply(ada, shown(upload))
    assert 'width="1400" height="700"' in post.html
    assert "srcset" not in post.html

    preparing.prepare()

    after = topic.posts.get(pk=post.pk)
    assert f'src="{upload.get_absolute_url()}/1280"' in after.html
    assert 'width="1400" height="700"' in after.html
    assert (after.change, after.version) == (post.change + 1, 1)
    assert not after.revisions.exists()


def test_a_picture_that_was_ready_before_takes_no_change(ada, topic):
    upload = world.ready_picture(ada)
    post = topic.reply(ada, shown(upload))

    preparing.prepare()

    assert topic.posts.get(pk=post.pk).change == post.change


def test_a_picture_that_becomes_ready_while_its_post_is_saved_is_shown(ada, topic, monkeypatch):
    """Between rendering, before the lock, and the end of the transaction."""
    upload = world.picture(ada)
    from forum.models import posts

    real = posts.record_uses

    def prepared_meanwhile(post, uploads):
        monkeypatch.undo()
        preparing.prepare()
        return real(post, uploads)

    monkeypatch.setattr(posts, "record_uses", prepared_meanwhile)
    post = topic.reply(ada, shown(upload))

    assert "picture__image" in topic.posts.get(pk=post.pk).html


def test_a_picture_that_cannot_be_decoded_becomes_words(ada, topic):
    upload = world.picture(ada, pictures.webp_without_end())
    post = topic.reply(ada, shown(upload))

    preparing.prepare()

    upload.refresh_from_db()
    assert (upload.state, upload.reason) == (Upload.State.REFUSED, "damaged")
    assert "<img" not in topic.posts.get(pk=post.pk).html
    assert not Preparation.objects.waiting().exists()


def test_a_killed_worker_loses_nothing(ada, topic, monkeypatch):
    upload = world.picture(ada)
    post = topic.reply(ada, shown(upload))
    row = Preparation.objects.take()
    preparing.finish(row.upload)  # and killed before the post
    assert "picture__waiting" in topic.posts.get(pk=post.pk).html

    Preparation.objects.update(due_at=timezone.now())
    preparing.prepare()

    assert "picture__image" in topic.posts.get(pk=post.pk).html
    assert not Preparation.objects.waiting().exists()


def test_a_storage_that_fails_is_tried_again(ada, monkeypatch):
    upload = world.picture(ada)
    monkeypatch.setattr(Upload, "keep", raise_disk_full)

    preparing.prepare()

    monkeypatch.undo()
    upload.refresh_from_db()
    assert upload.state == Upload.State.WAITING
    Preparation.objects.update(due_at=timezone.now())
    preparing.prepare()
    upload.refresh_from_db()
    assert upload.is_ready


def raise_disk_full(*arguments):
    raise OSError(28, "No space left on device")


def long_ago():
    return timezone.now() - timedelta(days=2)


@pytest.fixture
def tomorrow(monkeypatch):
    later = timezone.now() + UNUSED + timedelta(minutes=1)
    monkeypatch.setattr("forum.uploads.retention.timezone.now", lambda: later)


def test_what_no_post_uses_goes_after_a_day(ada, topic, tomorrow):
    used, unused = world.picture(ada), world.picture(ada, PHOTO)
    topic.reply(ada, shown(used))
    preparing.prepare()
    unused.refresh_from_db()
    paths = [unused.path(variant) for variant in (LARGE, "640", "1280", SOURCE)]

    delete_unused()

    assert list(Upload.objects.all()) == [used]
    Deletion.objects.update(created_at=timezone.now())
    delete_files()
    assert all(map(storage().exists, paths)), "a backup may still need them"
    Deletion.objects.update(created_at=long_ago())
    delete_files()
    assert not any(map(storage().exists, paths))
    assert storage().exists(used.path(LARGE))


def test_what_a_storage_cannot_delete_is_tried_again(ada, monkeypatch):
    upload = world.ready_picture(ada)
    plan_deletion(upload.path(LARGE), upload.path(LARGE))
    Deletion.objects.update(created_at=long_ago())
    monkeypatch.setattr(type(storage()), "delete", raise_disk_full)

    delete_files()

    monkeypatch.undo()
    assert storage().exists(upload.path(LARGE))
    delete_files()
    assert not storage().exists(upload.path(LARGE))
    assert not Deletion.objects.exists()


def test_what_was_uploaded_today_stays(ada):
    upload = world.picture(ada)

    delete_unused()

    assert Upload.objects.get() == upload


def test_what_a_former_text_has_shown_stays(ada, topic, tomorrow):
    upload = world.picture(ada)
    post = topic.reply(ada, shown(upload))
    post.edit(ada, "Without.")

    delete_unused()

    assert Upload.objects.get() == upload


def test_a_refused_picture_says_so_to_all_and_why_to_its_author(ada, topic):
    upload = world.picture(ada, pictures.webp_without_end())
    post = topic.reply(ada, f"![A <cat>]({upload.get_absolute_url()})")

    preparing.prepare()

    html = topic.posts.get(pk=post.pk).html
    assert "A &lt;cat&gt;: This picture could not be used." in html
    assert '<span class="post__own">The picture is damaged, or is' in html
    assert topic.posts.get(pk=post.pk).change == post.change + 1
