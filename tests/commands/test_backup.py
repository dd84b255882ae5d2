import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from django.core.management import CommandError
from django.db import connection

from forum.backups import sqlite
from forum.models import Post
from tests.commands.conftest import on_postgresql, on_sqlite

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


def posts_in(path):
    with closing(sqlite3.connect(path)) as copy:
        return copy.execute("SELECT count(*) FROM forum_post").fetchone()[0]


def test_without_a_name_it_lies_in_var_under_its_time(says, topic, settings, tmp_path):
    settings.VAR_DIR = tmp_path

    says("backup")

    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.suffix in (".sqlite3", ".pgdump")
    assert copy.stem[:3] == "202"


def test_nobody_else_may_read_it(says, topic, settings, tmp_path):
    settings.VAR_DIR = tmp_path

    says("backup")

    (copy,) = (tmp_path / "backups").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


@on_sqlite
def test_a_database_that_is_just_made_is_for_its_owner_alone(tmp_path):
    new = connection.copy()
    new.settings_dict = {**connection.settings_dict, "NAME": tmp_path / "new.sqlite3"}

    new.ensure_connection()
    new.close()

    assert stat.S_IMODE(new.settings_dict["NAME"].stat().st_mode) == 0o600


@on_sqlite
def test_where_no_database_is_none_is_made(tmp_path):
    nowhere = tmp_path / "nowhere.sqlite3"
    backup = [sys.executable, "manage.py", "backup", tmp_path / "copy"]

    said = subprocess.run(
        backup, env=os.environ | {"DATABASE_URL": f"sqlite:///{nowhere}"}, capture_output=True
    )

    assert "There is no forum in this database yet." in said.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_it_never_takes_the_place_of_another_file(says, topic, tmp_path):
    copy = tmp_path / "copy"
    copy.write_text("Precious")

    with pytest.raises(CommandError, match="already exists. Choose another name"):
        says("backup", copy)

    assert copy.read_text() == "Precious"


def test_a_folder_that_is_missing_is_named(says, topic, tmp_path):
    with pytest.raises(CommandError, match="elsewhere.*No such file or directory"):
        says("backup", tmp_path / "elsewhere" / "copy")


def test_a_folder_is_no_file(says, topic, tmp_path):
    with pytest.raises(CommandError, match="is a folder. Give the name of a file in it"):
        says("backup", tmp_path)


@on_sqlite
def test_it_is_one_whole_file_without_companions(says, topic, tmp_path):
    says("backup", tmp_path / "copy")

    assert posts_in(tmp_path / "copy") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


@on_sqlite
def test_people_write_while_it_is_made_and_it_holds_what_was_there_when_it_began(
    says, topic, ada, tmp_path, monkeypatch
):
    written = []
    monkeypatch.setattr(sqlite, "PAGES", 10)

    def write():
        topic.reply(ada, "Meanwhile")
        connection.close()

    def advance(done, total):
        if len(written) < 3:
            writer = threading.Thread(target=write)
            writer.start()
            writer.join(20)
            written.append(done)

    connection.ensure_connection()
    sqlite.back_up(connection, tmp_path / "copy", advance)

    assert written == [10, 20, 30]
    assert posts_in(tmp_path / "copy") == 1
    assert Post.objects.count() == 4


@on_sqlite
@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount a small disk")
def test_on_a_full_disk_nothing_is_left(says, topic, tmp_path):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "none", tmp_path], check=True)
    try:
        with pytest.raises(CommandError, match="full. No partial file was left"):
            says("backup", tmp_path / "copy")
        assert not list(tmp_path.iterdir())
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@on_postgresql
def test_no_password_stands_on_a_command_line(says, topic, tmp_path, monkeypatch):
    commands, start = [], subprocess.Popen
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "a-word-of-passage")

    def watched(command, **options):
        commands.append(" ".join(map(str, command)))
        return start(command, **options)

    monkeypatch.setattr(subprocess, "Popen", watched)
    says("backup", tmp_path / "copy")
    says("restore", tmp_path / "copy", yes=True)

    assert len(commands) >= 3
    assert not any("a-word-of-passage" in command for command in commands)


@on_postgresql
def test_without_pg_dump_it_says_what_to_install(says, topic, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommandError, match="pg_dump is missing.*apt-get install postgresql-client"):
        says("backup", tmp_path / "copy")


@on_postgresql
def test_what_is_wrong_with_a_pg_dump_that_does_not_run_is_said(says, topic, tmp_path, monkeypatch):
    wrapper = tmp_path / "pg_dump"
    wrapper.write_text(
        "#!/bin/sh\necho 'Error: PostgreSQL version 15 is not installed' >&2\nexit 1\n"
    )
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(
        CommandError, match="pg_dump does not run: Error: PostgreSQL version 15 is not installed"
    ):
        says("backup", tmp_path / "copy")


@on_postgresql
def test_an_older_pg_dump_is_refused(says, topic, tmp_path, monkeypatch):
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(
        CommandError,
        match="pg_dump is version 9, but the server is [0-9]+. Install postgresql-client-",
    ):
        says("backup", tmp_path / "copy")

    assert [path.name for path in tmp_path.iterdir()] == ["pg_dump"]
