"""Only the database that the storage belongs to deletes files there, not a copy of it."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from forum.models.uploads import LARGE, path_of, storage
from forum.observability.health import Degraded
from forum.uploads import health, ownership, retention, sweeping
from forum.uploads.models import Deletion, plan_deletion
from tests.uploads.test_sweeping import stray

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unmarked():
    storage().delete(ownership.MARK)
    yield
    storage().delete(ownership.MARK)


def planned(name="2" * 32):
    path = path_of(name, LARGE)
    storage().delete(path)
    storage().save(path, ContentFile(b"unneeded"))
    plan_deletion(path)
    Deletion.objects.update(created_at=timezone.now() - timedelta(days=2))
    return path


def elsewhere(monkeypatch):
    monkeypatch.setattr(ownership, "here", lambda: "f" * 32)


def test_the_first_database_that_deletes_owns_the_storage():
    path = planned()

    retention.delete_files()

    assert not storage().exists(path)
    assert ownership.marked() == ownership.here()


def test_a_copy_of_the_database_elsewhere_deletes_nothing(monkeypatch, caplog):
    assert ownership.is_ours()
    unneeded, unknown = planned(), stray("3" * 32)
    with monkeypatch.context() as patched:
        elsewhere(patched)
        retention.delete_files()
        sweeping.sweep_files()
        with pytest.raises(Degraded, match="manage.py adopt_uploads"):
            async_to_sync(health.uploads)()

    assert storage().exists(unneeded)
    assert storage().exists(unknown)
    assert Deletion.objects.filter(path=unneeded).exists()
    assert "belongs to another database" in caplog.text

    retention.delete_files()
    sweeping.sweep_files()
    assert not storage().exists(unneeded)
    assert not storage().exists(unknown)


def test_an_owner_who_moved_the_database_adopts_the_files(monkeypatch, capsys):
    assert ownership.is_ours()
    elsewhere(monkeypatch)
    assert not ownership.is_ours()

    call_command("adopt_uploads")

    assert ownership.is_ours()
    assert "belongs to this database now" in capsys.readouterr().out


def test_the_mark_does_not_tell_where_the_database_is(settings):
    assert settings.DATABASES["default"]["NAME"] not in ownership.here()
    assert len(ownership.here()) == 32


def test_a_storage_that_does_not_work_is_left_alone(monkeypatch, caplog):
    def broken(*_args):
        raise OSError("no disk")

    path = planned()
    with monkeypatch.context() as patched:
        patched.setattr(type(storage()), "open", broken)
        retention.delete_files()

    assert storage().exists(path)
    assert "no disk" in caplog.text


def test_who_comes_second_leaves_no_file_behind(monkeypatch):
    storage().save(ownership.MARK, ContentFile(b"f" * 32))
    before = storage().listdir("")[1]

    assert ownership.mark() == "f" * 32
    assert storage().listdir("")[1] == before
