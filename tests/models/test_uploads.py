"""Who may see an upload, and which posts use it."""

from contextlib import contextmanager

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from forum.models import PostUpload, Topic, Upload
from forum.models.uploads import LARGE, QuotaExceeded
from tests.images import pictures
from tests.support import world

GUEST = AnonymousUser()


@contextmanager
def broken_at_its_end():
    with transaction.atomic():
        yield
        raise RuntimeError


@pytest.fixture
def upload(ada):
    return world.picture(ada)


def shown(upload, alt="Me"):
    return f"![{alt}]({upload.get_absolute_url()})"


def sees(user, upload):
    return Upload.objects.visible_to(user).filter(pk=upload.pk).exists()


def test_a_name_cannot_be_guessed(ada):
    assert len(bytes.fromhex(world.picture(ada).name)) * 8 >= 128


def test_what_no_post_shows_is_for_who_uploaded_it_alone(upload, ada, grace, mo):
    assert sees(ada, upload)
    assert not any(sees(user, upload) for user in (grace, mo, GUEST))


def test_what_a_public_post_shows_is_for_all(upload, ada, grace, topic):
    topic.reply(ada, shown(upload))

    assert all(sees(user, upload) for user in (ada, grace, GUEST))


def test_a_link_to_a_file_counts_as_a_picture_does(upload, ada, topic):
    topic.reply(ada, f"See [this]({upload.get_absolute_url()}).")

    assert sees(GUEST, upload)


def test_what_a_private_category_shows_is_for_its_readers(iris, grace, lounge):
    upload = world.picture(iris)
    world.topic(iris, lounge, body=shown(upload))

    assert sees(iris, upload)
    assert not sees(grace, upload)
    assert not sees(GUEST, upload)


def test_a_lost_right_counts_at_once_also_for_ones_own(iris, lounge):
    upload = world.picture(iris)
    world.topic(iris, lounge, body=shown(upload))

    iris.groups.clear()

    assert not sees(iris, upload)


def test_what_a_moved_topic_shows_moves_along(upload, ada, topic, lounge):
    topic.reply(ada, shown(upload))

    topic.move(lounge)

    assert not sees(GUEST, upload)


def test_what_a_hidden_post_shows_is_as_hidden_as_it_is(upload, ada, grace, mo, topic):
    post = topic.reply(ada, shown(upload))

    post.hide(mo)

    assert [sees(user, upload) for user in (ada, mo, grace, GUEST)] == [True, True, False, False]
    post.restore()
    assert sees(GUEST, upload)


def test_what_an_edit_takes_away_is_shown_no_more_and_kept_for_the_history(
    upload, ada, grace, topic
):
    post = topic.reply(ada, shown(upload))

    post.edit(ada, "Without.")

    assert not sees(grace, upload)
    assert not Upload.objects.unused().exists()
    post.revert(ada, post.revisions.get())
    assert sees(grace, upload)
    assert post.uses.count() == 1


def test_to_know_a_name_is_not_enough_to_show_what_one_may_not_see(iris, grace, lounge, topic):
    upload = world.ready_picture(iris)
    world.topic(iris, lounge, body=shown(upload))

    post = topic.reply(grace, shown(upload))

    assert not sees(grace, upload)
    assert "<img" not in post.html
    assert not post.uses.exists()


def test_who_has_lost_the_right_cannot_bring_it_back_by_a_post(iris, lounge, help_category):
    upload = world.ready_picture(iris)
    world.topic(iris, lounge, body=shown(upload))
    iris.groups.clear()

    post = world.topic(iris, help_category, body=shown(upload)).posts.get()

    assert "<img" not in post.html
    assert not sees(iris, upload)


def test_a_quotation_shows_the_picture_too(upload, ada, grace, topic, mo):
    post = topic.reply(ada, shown(upload))
    topic.reply(grace, f"> {shown(upload)}\n\nNice.")

    post.hide(mo)

    assert sees(GUEST, upload)


def test_a_post_that_somebody_else_edits_keeps_its_pictures(iris, olive, mo, lounge):
    upload = world.ready_picture(iris)
    post = world.topic(iris, lounge, body=shown(upload)).posts.get()

    post.edit(mo, f"Edited. {shown(upload)}")

    assert "<img" in post.html


def test_the_uses_of_a_post_are_rolled_back_with_it(upload, ada, topic):
    with pytest.raises(RuntimeError), broken_at_its_end():
        topic.reply(ada, shown(upload))

    assert not PostUpload.objects.exists()


def test_the_same_file_again_is_the_same_upload(ada, grace):
    assert world.picture(ada) == world.picture(ada)
    assert world.picture(ada) != world.picture(grace)


def test_a_member_can_store_no_more_than_the_quota(ada, grace, settings):
    content = pictures.jpeg()
    settings.UPLOAD_QUOTA_BYTES = len(content) + 10
    world.picture(ada)

    with pytest.raises(QuotaExceeded):
        world.picture(ada, pictures.jpeg(70, 40))

    world.picture(grace)
    assert Upload.objects.filter(member=ada).count() == 1


def test_a_prepared_picture_replaces_what_was_sent(ada):
    upload = world.ready_picture(ada, pictures.with_exif(6))

    assert (upload.state, upload.width, upload.height) == (Upload.State.READY, 40, 60)
    with upload.open(LARGE) as file:
        assert b"Nosy" not in file.read()
    assert upload.variants == [LARGE]


def test_a_refused_picture_is_not_shown(ada, topic):
    upload = world.picture(ada)
    topic.reply(ada, shown(upload))
    upload.become_refused("damaged")

    post = Topic.objects.get(pk=topic.pk).posts.last()
    post.show_new_pictures()

    assert "<img" not in post.html
    assert "Me" in post.html
