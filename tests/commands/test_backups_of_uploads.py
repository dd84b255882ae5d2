"""A backup takes the files of uploads along, and a restore puts them back."""

import os
import subprocess
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from forum.backups import sqlite
from forum.models import Upload
from forum.models.uploads import LARGE, SOURCE, storage
from forum.uploads import preparing
from forum.uploads.models import Deletion
from forum.uploads.retention import delete_files, delete_unused
from tests.commands.conftest import on_sqlite
from tests.images import pictures
from tests.support import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture
def picture(ada, topic):
    return shown(topic, world.ready_picture(ada))


def shown(topic, upload):
    topic.reply(topic.author, f"![Me]({upload.get_absolute_url()})")
    return upload


def content(upload, variant=LARGE):
    with upload.open(variant) as file:
        return file.read()


def restores(says, path, **options):
    return says("restore", path, yes=True, **options)


def test_files_come_back(says, picture, tmp_path):
    before = content(picture)
    says("backup", tmp_path / "copy")
    storage().delete(picture.path(LARGE))

    restores(says, tmp_path / "copy")

    assert content(picture) == before


def test_a_file_with_another_content_is_put_right(says, picture, tmp_path):
    before = content(picture)
    says("backup", tmp_path / "copy")
    picture.keep(LARGE, b"rotten")

    restores(says, tmp_path / "copy")

    assert content(picture) == before


def test_the_list_is_one_for_sha256sum(says, picture, tmp_path):
    says("backup", tmp_path / "copy")

    subprocess.run(
        ["sha256sum", "--check", "--strict", "../copy.sha256"],
        cwd=tmp_path / "uploads",
        check=True,
        capture_output=True,
    )


def test_only_new_files_are_copied_and_all_become_as_young_as_the_backup(
    says, picture, topic, tmp_path
):
    says("backup", tmp_path / "first")
    old = tmp_path / "uploads" / picture.path(LARGE)
    os.utime(old, (0, 0))
    number = old.stat().st_ino
    other = shown(topic, world.ready_picture(topic.author, pictures.jpeg(90, 60)))

    says("backup", tmp_path / "second")

    assert old.stat().st_ino == number
    assert old.stat().st_mtime >= (tmp_path / "second").stat().st_mtime
    assert (tmp_path / "uploads" / other.path(LARGE)).exists()
    assert (tmp_path / "second.sha256").read_text().count("\n") == 2


@pytest.mark.parametrize("in_use", ["prepared", "deleted"])
def test_what_ends_a_need_while_a_backup_is_made_leaves_its_files(
    says, ada, tmp_path, monkeypatch, in_use
):
    """They go a day later, when the backup is complete."""
    from forum.backups import uploads

    upload, real = world.picture(ada), uploads.back_up
    before = content(upload, SOURCE)

    def meanwhile(*arguments):
        if in_use == "prepared":
            preparing.prepare()
        else:
            Upload.objects.update(created_at=timezone.now() - timedelta(days=2))
            delete_unused()
            assert not Upload.objects.exists()
        delete_files()
        return real(*arguments)

    monkeypatch.setattr(uploads, "back_up", meanwhile)
    says("backup", tmp_path / "copy")
    assert Deletion.objects.exists()

    restores(says, tmp_path / "copy")

    assert Upload.objects.get().state == Upload.State.WAITING
    assert content(Upload.objects.get(), SOURCE) == before


def test_a_damaged_file_is_found_and_nothing_is_restored(says, picture, topic, tmp_path):
    says("backup", tmp_path / "copy")
    topic.reply(topic.author, "Later")
    storage().delete(picture.path(LARGE))
    (tmp_path / "uploads" / picture.path(LARGE)).write_bytes(b"rotten")

    with pytest.raises(CommandError, match="is damaged: its content isn't what it was"):
        restores(says, tmp_path / "copy")

    assert topic.posts.count() == 3
    assert not storage().exists(picture.path(LARGE))


def test_a_missing_file_is_found_before_and_the_database_can_be_restored_alone(
    says, picture, topic, tmp_path
):
    says("backup", tmp_path / "copy")
    topic.reply(topic.author, "Later")
    storage().delete(picture.path(LARGE))
    (tmp_path / "uploads" / picture.path(LARGE)).unlink()

    with pytest.raises(CommandError, match="1 of the backup's files are missing in .*uploads"):
        restores(says, tmp_path / "copy")
    assert topic.posts.count() == 3

    restores(says, tmp_path / "copy", without_uploads=True)
    assert topic.posts.count() == 2


def test_without_its_list_it_says_where_that_should_be(says, picture, tmp_path):
    says("backup", tmp_path / "copy")
    (tmp_path / "copy.sha256").unlink()

    with pytest.raises(CommandError, match="copy.sha256 can't be read.*--without-uploads"):
        restores(says, tmp_path / "copy")


def test_a_file_that_was_lost_before_stops_no_backup(says, picture, tmp_path, capsys):
    storage().delete(picture.path(LARGE))

    says("backup", tmp_path / "copy")

    assert (tmp_path / "copy.sha256").read_text() == ""
    restores(says, tmp_path / "copy")
    assert Upload.objects.get() == picture


def test_without_uploads_the_database_is_copied_alone(says, picture, tmp_path):
    says("backup", tmp_path / "copy", without_uploads=True)

    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


@on_sqlite
def test_a_name_that_leads_elsewhere_is_refused(says, picture, tmp_path):
    Upload.objects.update(name="../../../../../../etc/x")
    says("backup", tmp_path / "copy", without_uploads=True)

    with pytest.raises(CommandError, match="has been changed: it has an upload with the name"):
        restores(says, tmp_path / "copy")


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount a small disk")
def test_on_a_full_disk_no_backup_is_left(says, ada, topic, tmp_path):
    shown(topic, Upload.objects.store(ada, os.urandom(9_000_000), "file", "noise.zip"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", tmp_path], check=True)
    try:
        with pytest.raises(CommandError, match="could not be written: No space left on device"):
            says("backup", tmp_path / "copy")
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_old_backups_and_what_only_they_need_go_by_the_same_rule(says, picture, topic, tmp_path):
    """That of docs/backups.md: find -type f -mtime +30 -delete."""
    says("backup", tmp_path / "old")
    month = time.time() - 40 * 24 * 60 * 60
    for path in tmp_path.rglob("*"):
        os.utime(path, (month, month))
    other = shown(topic, world.ready_picture(topic.author, pictures.jpeg(90, 60)))
    Upload.objects.filter(pk=picture.pk).update(state=Upload.State.REFUSED)
    says("backup", tmp_path / "new")

    find = ["find", tmp_path, "-type", "f", "-mtime", "+30", "-delete"]
    subprocess.run(find, check=True)

    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"new", "new.sha256", LARGE}
    assert not (tmp_path / "uploads" / picture.path(LARGE)).exists()
    assert (tmp_path / "uploads" / other.path(LARGE)).exists()


@on_sqlite
def test_rows_are_those_of_the_backup(says, picture, tmp_path):
    says("backup", tmp_path / "copy")

    assert sqlite.uploads(tmp_path / "copy") == [(picture.name, "jpeg", "ready", "")]
