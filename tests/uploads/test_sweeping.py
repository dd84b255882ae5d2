"""Once a day the storage is compared with the rows: nothing is kept that nothing knows, and what is
missing is known.
"""

import os
import time
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.utils import timezone

from forum.models import Upload
from forum.models.uploads import LARGE, path_of, storage
from forum.observability.health import Degraded
from forum.uploads import health, sweeping
from forum.uploads.models import Preparation, plan_deletion
from tests.images import pictures
from tests.support import world


def stray(name="0" * 32, days=2):
    path = path_of(name, LARGE)
    storage().delete(path)
    storage().save(path, ContentFile(b"stray"))
    old = time.time() - days * 24 * 60 * 60
    os.utime(storage().path(path), (old, old))
    return path


def test_a_file_without_a_row_is_deleted_after_a_day(ada):
    old, young = stray(), stray("1" * 32, days=0)
    kept = world.ready_picture(ada)

    sweeping.sweep_files()

    assert not storage().exists(old)
    assert storage().exists(young)
    assert storage().exists(kept.path(LARGE))


def test_the_files_of_another_database_are_left_alone(db, monkeypatch, caplog):
    monkeypatch.setattr(sweeping, "FEW", 1)
    paths = [stray(), stray("1" * 32)]

    sweeping.delete(paths, files=15)

    assert all(map(storage().exists, paths))
    assert "belong to no upload of this database" in caplog.text


def test_what_is_to_be_deleted_later_stays_until_then(db):
    path = stray()
    plan_deletion(path)

    sweeping.sweep_files()

    assert storage().exists(path)


@pytest.mark.django_db(transaction=True)
def test_a_row_without_its_file_is_marked_until_it_is_back(ada, caplog):
    upload = world.ready_picture(ada)
    with upload.open(LARGE) as file:
        content = file.read()
    storage().delete(upload.path(LARGE))

    sweeping.sweep_files()

    upload.refresh_from_db()
    assert upload.missing_since
    assert f"A file of upload {upload.name} is missing." in caplog.text
    with pytest.raises(Degraded, match="1 uploads have no file any more"):
        async_to_sync(health.uploads)()
    upload.keep(LARGE, content)
    sweeping.sweep_files()
    upload.refresh_from_db()
    assert upload.missing_since is None
    async_to_sync(health.uploads)()


def test_a_storage_that_fails_is_no_reason_to_mark_all(ada, monkeypatch):
    world.ready_picture(ada)

    def fail(prefix):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(sweeping, "files_in", fail)
    sweeping.sweep_files()

    assert not Upload.objects.exclude(missing_since=None).exists()


@pytest.mark.django_db(transaction=True)
def test_health_and_metrics_know_what_waits_and_what_was_given_up(ada):
    world.picture(ada)
    Preparation.objects.update(created_at=timezone.now() - timedelta(minutes=20), error="Full.")
    other = world.picture(ada, pictures.jpeg(90, 90))
    other.preparation.give_up("It was killed.")

    with pytest.raises(Degraded, match="waiting to be prepared"):
        async_to_sync(health.uploads)()
    async_to_sync(health.gauges)()
    values = {
        (sample.name, sample.labels.get("state")): sample.value
        for gauge in (health.PREPARATIONS, health.UPLOADS, health.BYTES, health.MISSING)
        for metric in gauge.collect()
        for sample in metric.samples
    }
    assert values["parley_preparations", "failing"] == 1
    assert values["parley_preparations", "given_up"] == 1
    assert values["parley_uploads", None] == 2
    assert values["parley_uploads_bytes", None] == sum(
        Upload.objects.values_list("size", flat=True)
    )
