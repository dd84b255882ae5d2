"""Uploads in a bucket of an S3-compatible service behave like those in a folder."""

import socket
import urllib.request
from datetime import timedelta
from urllib.error import HTTPError

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from forum.models import Category, Post, Upload
from forum.models.uploads import LARGE, SOURCE, storage
from forum.outbound import bucket as buckets
from forum.uploads import preparing
from forum.uploads.models import Deletion, Preparation
from forum.uploads.retention import delete_files
from tests.images import pictures
from tests.support import world
from tests.support.bucket import BucketServer

pytestmark = pytest.mark.servers

PHOTO = pictures.jpeg(1400, 700)


@pytest.fixture(scope="module")
def server():
    server = BucketServer().start()
    yield server
    server.stop()


@pytest.fixture
def bucket(server, settings):
    use(settings, server.options)
    return server


def use(settings, options):
    backend = {"BACKEND": "forum.outbound.bucket.BucketStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "uploads": backend}


@pytest.fixture(params=["down", "slow"])
def broken(request, settings, monkeypatch):
    """A service that refuses connections, or takes them and never answers."""
    monkeypatch.setattr(buckets, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(buckets, "READ_SECONDS", 0.3)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "slow":
            listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options = {"bucket_name": "parley", "endpoint_url": address}
        yield lambda: use(settings, {**server_keys(), **options})


def server_keys():
    return {"access_key": "key", "secret_key": "secret", "region_name": "us-east-1"}


def sends(client):
    file = SimpleUploadedFile("me.jpg", pictures.jpeg())
    return client.post("/uploads/", {"file": file})


def shown(upload):
    return f"![Me]({upload.get_absolute_url()})"


def test_a_picture_is_stored_prepared_shown_and_deleted(bucket, client, ada, topic):
    upload = world.picture(ada, PHOTO)
    topic.reply(ada, shown(upload))
    assert upload.path(SOURCE) in bucket.names()

    preparing.prepare()

    paths = [upload.path(variant) for variant in (LARGE, "640", "1280")]
    assert bucket.names() >= set(paths)
    answer = client.get(f"{upload.get_absolute_url()}/640")
    assert answer.content == bucket.client.get_object(Bucket="parley", Key=paths[1])["Body"].read()
    Deletion.objects.update(created_at=timezone.now() - timedelta(days=2))
    delete_files()
    assert upload.path(SOURCE) not in bucket.names()


def test_nobody_but_the_forum_reads_it(bucket, ada):
    upload = world.ready_picture(ada)

    with pytest.raises(HTTPError) as refusal:
        urllib.request.urlopen(f"{bucket.address}/parley/{upload.path(LARGE)}")

    assert refusal.value.code == 403


def test_permission_is_asked_and_no_address_of_the_bucket_is_given_out(
    bucket, client, ada, mo, grace
):
    category = world.category("Secret")
    category.readers.set([mo.groups.first()])
    upload = world.ready_picture(mo)
    world.topic(mo, category).reply(mo, shown(upload))

    client.force_login(mo)
    answer = client.get(upload.get_absolute_url())
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert "Location" not in answer
    client.force_login(grace)
    assert client.get(upload.get_absolute_url()).status_code == 404


def test_a_missing_object_is_a_missing_page(bucket, client, ada, topic):
    upload = world.ready_picture(ada)
    topic.reply(ada, shown(upload))
    storage().delete(upload.path(LARGE))

    assert not storage().exists(upload.path(LARGE))
    assert client.get(upload.get_absolute_url()).status_code == 404


def test_while_it_fails_pictures_say_so(bucket, broken, client, ada, topic):
    upload = world.ready_picture(ada)
    topic.reply(ada, shown(upload))
    broken()

    answer = client.get(upload.get_absolute_url())

    assert (answer.status_code, answer["Cache-Control"]) == (503, "private, no-store")
    assert int(answer["Retry-After"]) > 0
    assert "try again in a minute" in answer.text


def test_while_it_fails_an_upload_says_so_and_nothing_is_stored(broken, client, ada, topic):
    broken()
    client.force_login(ada)

    answer = sends(client)

    assert answer.status_code == 503
    assert "can't be stored at the moment" in answer.json()["error"]
    assert answer.json()["again"] is True
    assert not Upload.objects.exists()


def test_while_it_fails_a_form_keeps_what_was_typed(broken, client, ada, topic):
    broken()
    client.force_login(ada)
    file = SimpleUploadedFile("me.jpg", pictures.jpeg())

    fields = {"body": "Typed for an hour.", "token": world.token(), "files": file}
    answer = client.post(f"/t/{topic.pk}/replies/", fields)

    assert "Typed for an hour." in answer.text
    assert "can&#x27;t be stored at the moment" in answer.text
    assert Post.objects.count() == 1


def test_while_it_fails_a_picture_waits_and_is_prepared_afterwards(
    bucket, broken, settings, ada, topic
):
    upload = world.picture(ada)
    post = topic.reply(ada, shown(upload))
    broken()

    preparing.prepare()

    upload.refresh_from_db()
    assert upload.state == Upload.State.WAITING
    assert "The bucket does not work" in Preparation.objects.get().error
    use(settings, bucket.options)
    Preparation.objects.update(due_at=timezone.now())
    preparing.prepare()
    assert "picture__image" in topic.posts.get(pk=post.pk).html


@pytest.mark.django_db(transaction=True)
def test_backups_copy_it_and_put_it_back(bucket, ada, topic, tmp_path):
    upload = world.ready_picture(ada)
    topic.reply(ada, shown(upload))
    call_command("backup", tmp_path / "copy", verbosity=0)
    storage().delete(upload.path(LARGE))

    call_command("restore", tmp_path / "copy", yes=True)

    assert storage().exists(upload.path(LARGE))
    assert Category.objects.exists()
