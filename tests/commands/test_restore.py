import os
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing

import pytest
from django.core.management import CommandError
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from forum.backups import sqlite
from forum.mail.models import Mail
from forum.models import Post, Topic, User
from forum.notifications.models import Delivery, Device, PushDelivery
from forum.search import engines
from forum.search.reindexing import differences
from tests.commands.conftest import on_postgresql, on_sqlite
from tests.support.addresses import notice_of
from tests.support.server import ROOT, Server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture
def copy(says, topic, ada, tmp_path):
    """A backup of a forum with one post, to which three were added since."""
    path = tmp_path / "copy"
    says("backup", path)
    for n in range(3):
        topic.reply(ada, f"Later {n}")
    return path


def test_everything_is_as_it_was(says, copy, topic):
    says("restore", copy, yes=True)

    assert Post.objects.count() == 1
    assert Topic.objects.get().last_number == 1
    assert list(differences()) == []
    assert engines.inconsistencies() == ""


def test_a_topic_goes_on_from_the_highest_change_that_anybody_saw(says, copy, topic):
    says("restore", copy, yes=True)

    now = Topic.objects.get()
    assert topic.change == 4
    assert now.change == now.header_change == 5


def test_every_topic_has_a_new_epoch(says, copy, topic):
    says("restore", copy, yes=True)

    assert Topic.objects.get().epoch != topic.epoch


def test_an_id_that_was_given_since_is_not_given_again(says, copy, topic, ada):
    given = Post.objects.order_by("-pk").first().pk

    says("restore", copy, yes=True)

    assert topic.reply(ada, "After it").pk > given


def test_the_backup_stays_as_it_is_and_can_be_restored_again(says, copy):
    before = copy.read_bytes()

    for _ in range(2):
        User.objects.all().update(name="Somebody")
        says("restore", copy, yes=True)

    assert User.objects.get().name == "Ada Lovelace"
    assert copy.read_bytes() == before


def test_a_running_server_shows_the_restored_posts(says, copy, topic):
    server = Server("uvicorn", DEBUG="1").start()
    address = server.address + topic.get_absolute_url()
    try:
        assert b"Later 2" in urllib.request.urlopen(address).read()

        says("restore", copy, yes=True)

        page = urllib.request.urlopen(address).read()
        assert b"I wonder." in page
        assert b"Later" not in page
        assert Topic.objects.get().epoch.encode() in page
    finally:
        server.stop()


def test_it_asks_first(says, copy, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "n")

    with pytest.raises(CommandError, match="Nothing was changed"):
        says("restore", copy)

    assert Post.objects.count() == 4


def test_yes_is_enough(says, copy, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "Y")

    says("restore", copy)

    assert Post.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"Hello", b"SQLite format 3\0 or not"])
def test_what_is_no_backup_is_refused(says, copy, content):
    copy.write_bytes(content)

    with pytest.raises(
        CommandError, match="is not a Parley backup|is a backup of a SQLite database"
    ):
        says("restore", copy, yes=True)


def test_a_file_that_is_missing_is_named(says, copy):
    with pytest.raises(CommandError, match="missing: No such file"):
        says("restore", copy.with_name("missing"), yes=True)


def test_a_backup_of_a_newer_parley_is_refused(says, topic, tmp_path):
    MigrationRecorder(connection).record_applied("forum", "0999_flying_posts")
    try:
        says("backup", tmp_path / "copy")
        with pytest.raises(
            CommandError,
            match="newer version of Parley: it has forum.0999_flying_posts. Update the code",
        ):
            says("restore", tmp_path / "copy", yes=True)
    finally:
        MigrationRecorder(connection).record_unapplied("forum", "0999_flying_posts")


def test_a_backup_of_an_older_parley_is_refused(says, topic, tmp_path):
    MigrationRecorder(connection).record_unapplied("forum", "0002_moderators")
    try:
        says("backup", tmp_path / "copy")
        with pytest.raises(
            CommandError,
            match="older version of Parley: it lacks forum.0002_moderators. Check out the version",
        ):
            says("restore", tmp_path / "copy", yes=True)
    finally:
        MigrationRecorder(connection).record_applied("forum", "0002_moderators")


def test_a_damaged_backup_changes_nothing(says, copy):
    whole = copy.read_bytes()
    with copy.open("r+b") as file:
        file.seek(len(whole) // 2)
        file.write(bytes(len(whole) // 3))

    with pytest.raises(CommandError):
        says("restore", copy, yes=True)

    assert Post.objects.count() == 4


@on_sqlite
def test_a_backup_of_another_kind_of_database_is_refused(says, copy):
    copy.write_bytes(b"PGDMP and so on")

    with pytest.raises(
        CommandError,
        match="is a backup of a PostgreSQL database, but DATABASE_URL is a SQLite database",
    ):
        says("restore", copy, yes=True)


@on_sqlite
def test_a_reader_in_the_middle_of_something_sees_the_old_rows_to_its_end(says, copy):
    with closing(connections["default"].copy()) as reader, reader.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        count = "SELECT count(*) FROM forum_post"
        before = cursor.execute(count).fetchone()

        says("restore", copy, yes=True)

        assert cursor.execute(count).fetchone() == before == (4,)
        cursor.execute("COMMIT")
        assert cursor.execute(count).fetchone() == (1,)


@on_sqlite
def test_what_fails_half_way_changes_nothing_and_leaves_nothing(says, copy, monkeypatch):
    copy_pages, copied = sqlite.copy_pages, []

    def fail_in_the_database(source, target, advance):
        def stop(done, total):
            raise KeyboardInterrupt

        copied.append(target)
        copy_pages(source, target, advance if len(copied) == 1 else stop)

    monkeypatch.setattr(sqlite, "copy_pages", fail_in_the_database)
    monkeypatch.setattr(sqlite, "PAGES", 10)
    with pytest.raises(KeyboardInterrupt):
        says("restore", copy, yes=True)

    assert len(copied) == 2
    assert Post.objects.count() == 4
    assert not list(copy.parent.parent.glob("*.restoring*"))


@on_sqlite
def test_a_database_that_is_gone_is_made_again_even_while_redis_is_away(copy, tmp_path):
    new = tmp_path / "new.sqlite3"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "manage.py", "restore", "--yes", str(copy)]
    subprocess.run(
        command, cwd=ROOT, env=environment | {"DATABASE_URL": f"sqlite:///{new}"}, check=True
    )

    with closing(sqlite3.connect(new)) as database:
        assert database.execute("SELECT count(*) FROM forum_post").fetchone() == (1,)


@on_postgresql
def test_a_table_that_came_after_the_backup_goes(says, copy):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE forum_flight (post_id bigint REFERENCES forum_post)")

    says("restore", copy, yes=True)

    assert "forum_flight" not in connection.introspection.table_names()


def test_mails_that_waited_in_the_backup_are_not_sent_unasked(says, tmp_path, topic):
    mail = Mail.objects.create(to="ada@example.org", subject="Hello")
    notice = notice_of(topic.author, topic.posts.first())
    delivery = Delivery.objects.create(notice=notice, member=topic.author)
    device = Device.objects.add(topic.author, "https://push.example/1", session_key="key")
    push = PushDelivery.objects.create(notice=notice, device=device)
    says("backup", tmp_path / "copy")
    for waiting in (mail, delivery, push):
        waiting.mark_sent()
    says("restore", tmp_path / "copy", yes=True)

    for waiting in (mail, delivery, push):
        waiting.refresh_from_db()
        assert (waiting.due_at, waiting.sent_at) == (None, None)
        assert "backup" in waiting.error
