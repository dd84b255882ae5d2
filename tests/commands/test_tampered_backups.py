"""A backup that somebody has edited replaces nothing."""

import sqlite3
from contextlib import closing

import pytest
from django.core.management import CommandError
from django.db import connection

from forum.backups import check, sqlite_schema
from forum.models import Post
from tests.commands.conftest import on_postgresql, on_sqlite

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture
def copy(says, topic, ada, tmp_path):
    path = tmp_path / "copy"
    says("backup", path)
    topic.reply(ada, "Later")
    return path


STEAL = "UPDATE forum_user SET is_superuser = 1 WHERE username = 'eve';"
TAMPERED = {
    "trigger": f"CREATE TRIGGER helper AFTER INSERT ON forum_post BEGIN {STEAL} END",
    "trigger with a name of SQLite's own": (
        f"CREATE TRIGGER helper AFTER INSERT ON forum_post BEGIN {STEAL} END;"
        " PRAGMA writable_schema=ON; UPDATE sqlite_master SET name = 'sqlite_helper',"
        " sql = replace(sql, 'helper', 'sqlite_helper') WHERE name = 'helper'"
    ),
    "view with a name of SQLite's own": (
        "CREATE VIEW helper AS SELECT * FROM forum_user; PRAGMA writable_schema=ON;"
        "UPDATE sqlite_master SET name = 'sqlite_helper', tbl_name = 'sqlite_helper',"
        " sql = replace(sql, 'helper', 'sqlite_helper') WHERE name = 'helper'"
    ),
    "view": "CREATE VIEW helper AS SELECT * FROM forum_user",
    "table": "CREATE TABLE helper (id)",
    "index": "CREATE INDEX helper ON forum_post (abs(id))",
    "missing index": "DROP INDEX posts_by_change",
    "index of another kind": (
        "DROP INDEX posts_by_change; CREATE INDEX posts_by_change ON forum_post (topic_id, change)"
        " WHERE topic_id > 9"
    ),
    "missing table": "DROP TABLE forum_reading",
    "column": "ALTER TABLE forum_user ADD COLUMN helper text",
    "generated column": "ALTER TABLE forum_post ADD COLUMN helper AS (body)",
    "view for a table": (
        "ALTER TABLE forum_post RENAME TO helper; CREATE VIEW forum_post AS SELECT * FROM helper"
    ),
    "constraint": (
        "CREATE TABLE helper AS SELECT * FROM forum_reading; DROP TABLE forum_reading;"
        "ALTER TABLE helper RENAME TO forum_reading"
    ),
}


def edit(path, script):
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA foreign_keys=OFF")
        file.execute("PRAGMA legacy_alter_table=ON")
        file.executescript(script)


@on_sqlite
@pytest.mark.parametrize("how", TAMPERED)
def test_another_schema_is_refused_before_anything_is_replaced(says, copy, how):
    edit(copy, TAMPERED[how])

    with pytest.raises(
        CommandError, match="has been changed since it was made: .*(helper|posts_by|forum_)"
    ):
        says("restore", copy, yes=True)

    assert Post.objects.count() == 2


@pytest.mark.parametrize("highest", ["9223372036854775807", "-1", "'many'"])
@on_sqlite
def test_ids_that_leave_no_room_for_the_next_row_are_refused(says, copy, highest):
    edit(copy, f"UPDATE sqlite_sequence SET seq = {highest} WHERE name = 'forum_post'")

    with pytest.raises(CommandError, match="the next id of forum_post is out of range"):
        says("restore", copy, "--yes")

    assert Post.objects.filter(body="Later").exists()


@on_sqlite
def test_rows_that_refer_to_nothing_are_named(says, copy):
    edit(copy, "DELETE FROM forum_topic")

    with pytest.raises(
        CommandError, match=r"row \d+ of forum_post refers to a row of forum_topic that isn't there"
    ):
        says("restore", copy, yes=True)

    assert Post.objects.count() == 2


@on_sqlite
def test_a_view_that_counts_for_ever_is_not_even_asked(says, copy):
    edit(
        copy,
        """DROP TABLE django_migrations; CREATE VIEW django_migrations AS
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'forum' AS app,
        i AS name FROM n""",
    )

    with pytest.raises(CommandError, match="is not a Parley backup"):
        says("restore", copy, yes=True)


@on_sqlite
def test_what_is_changed_between_the_question_and_the_restoring_is_refused(says, copy, monkeypatch):
    def answer(question):
        edit(copy, TAMPERED["trigger"])
        return "y"

    monkeypatch.setattr("builtins.input", answer)
    with pytest.raises(CommandError, match="trigger helper"):
        says("restore", copy)

    assert Post.objects.count() == 2


@on_sqlite
def test_statistics_and_spaces_make_no_difference(copy):
    edit(copy, "ANALYZE; VACUUM")

    check(connection, copy)


@on_sqlite
def test_the_forum_s_own_tables_are_those_of_the_migrations(topic):
    connection.ensure_connection()

    assert sqlite_schema.schema_of(connection.connection) == sqlite_schema.expected_schema()


@on_postgresql
@pytest.mark.parametrize(
    "made",
    [
        "CREATE FUNCTION helper() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE VIEW helper AS SELECT * FROM forum_user",
        "CREATE RULE helper AS ON INSERT TO forum_reading DO ALSO NOTHING",
        (
            "CREATE TRIGGER helper BEFORE UPDATE ON forum_post FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
    ],
    ids=["function", "view", "rule", "trigger"],
)
@pytest.mark.parametrize("is_listed", [True, False], ids=["listed", "not listed"])
def test_a_dump_with_something_else_in_it_is_refused(
    says, topic, tmp_path, monkeypatch, made, is_listed
):
    kind = made.split()[1]
    drop = f"DROP {kind} helper" + (
        " ON " + made.split(" ON ")[1].split()[0] if kind == "TRIGGER" else ""
    )
    drop = "DROP RULE helper ON forum_reading" if kind == "RULE" else drop
    with connection.cursor() as cursor:
        cursor.execute(made)
        says("backup", tmp_path / "copy")
        cursor.execute(drop)
    if not is_listed:
        monkeypatch.setattr("forum.backups.postgresql.check", lambda path: None)

    with pytest.raises(CommandError, match="contains .*helper"):
        says("restore", tmp_path / "copy", yes=True)

    assert Post.objects.count() == 1
