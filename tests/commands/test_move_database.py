import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError
from django.db import connection
from django.utils import timezone

from forum.backups import database_move
from forum.backups.database_move import rows, target
from forum.models import Category, Post, Topic, User
from tests.commands.conftest import on_sqlite
from tests.support import world
from tests.support.server import ROOT, database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers, on_sqlite]


@pytest.fixture
def empty(postgresql, transactional_db, django_db_blocker):
    """An empty database. Django's own guard lets tests reach only those that the settings name."""
    with django_db_blocker.unblock():
        yield postgresql.new_database()


@pytest.fixture(scope="module")
def prepared(postgresql, django_db_setup, django_db_blocker):
    """What a run leaves that is interrupted before the first row: making the tables takes longer
    than all the rest.
    """
    url = postgresql.new_database()
    with django_db_blocker.unblock(), target.opened(url) as there:
        target.prepare(there, url)
    return url


@pytest.fixture
def url(postgresql, prepared, transactional_db, django_db_blocker):
    """A database of one's own that is prepared."""
    with django_db_blocker.unblock():
        yield postgresql.new_database(like=prepared)


@pytest.fixture
def many(topic, ada, monkeypatch):
    """25 posts, and rows that go over ten at a time."""
    monkeypatch.setattr(rows, "BATCH", 10)
    for n in range(24):
        topic.reply(ada, f"Reply {n}")


def ask(url, question):
    with closing(psycopg.connect(url)) as there:
        return there.execute(question).fetchall()


def count(url, table="forum_post"):
    return ask(url, f"SELECT count(*) FROM {table}")[0][0]


def run_in_another_process(url):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
    }
    command = [sys.executable, "manage.py", "move_database", "--to", url]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def stop_in_the_middle(monkeypatch, says, url):
    """Ctrl+C when the second batch of posts has arrived."""
    write, written = rows.write, []

    def interrupted(model, there, batch):
        write(model, there, batch)
        written.extend([model] if model is Post else [])
        if len(written) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rows, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            says("move_database", to=url)


def test_everything_arrives_and_the_forum_goes_on_there(says, empty, topic, ada, lounge, grace):
    topic.close()
    said = says("move_database", to=empty)

    assert f"DATABASE_URL={empty}" in said
    code = (
        "from forum.models import *; t = Topic.objects.get(); assert not t.is_open; t.open();assert"
        " [c.name for c in Category.objects.private()] == ['Lounge'];p ="
        " t.reply(User.objects.get(username='grace'), 'Here too'); print(p.pk, p.number, t.change)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": empty}
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.split()[1:] == ["2", "4"]
    assert int(done.stdout.split()[0]) > Post.objects.get().pk
    command = [sys.executable, "manage.py", "reindex", "--check"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def test_every_topic_has_a_new_epoch_and_its_old_numbers_and_once_is_enough(says, url, many, topic):
    says("move_database", to=url)

    ((epoch, change),) = ask(url, "SELECT epoch, change FROM forum_topic")
    assert epoch != topic.epoch
    assert change == 25
    with pytest.raises(CommandError, match="isn't empty"):
        says("move_database", to=url)


def test_values_of_every_kind_stay_what_they_are(says, url, ada):
    moment = timezone.now()
    User.objects.filter(pk=ada.pk).update(
        last_login=moment, is_staff=True, about='Two\nlines, a \\N and "quotes" – ✓'
    )
    Session.objects.create(session_key="ä", session_data="x", expire_date=moment)

    says("move_database", to=url)

    ((login, staff, about),) = ask(url, "SELECT last_login, is_staff, about FROM forum_user")
    assert (login, staff, about) == (moment, True, 'Two\nlines, a \\N and "quotes" – ✓')
    assert ask(url, "SELECT expire_date FROM django_session") == [(moment,)]


def test_references_are_guarded_again_also_to_a_later_row(says, url, many, topic, help_category):
    help_category.parent = world.category("Above")
    help_category.save()
    first, second, *_more, last = topic.posts.order_by("number")
    Post.objects.filter(pk=first.pk).update(reply_to=last)  # in another batch, too
    Post.objects.filter(pk=last.pk).update(reply_to=second)

    says("move_database", to=url)

    assert ask(url, "SELECT parent_id FROM forum_category WHERE name = 'Help'") == [
        (help_category.parent_id,)
    ]
    assert ask(url, "SELECT id, reply_to_id FROM forum_post WHERE reply_to_id > 0 ORDER BY 1") == [
        (first.pk, last.pk),
        (last.pk, second.pk),
    ]
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        ask(url, "DELETE FROM forum_user RETURNING 1; SET CONSTRAINTS ALL IMMEDIATE")


def test_ids_of_rows_that_are_gone_are_not_given_again(says, url, topic, help_category):
    gone = world.category("Gone").pk
    Category.objects.filter(pk=gone).delete()

    says("move_database", to=url)

    assert ask(url, "SELECT nextval('forum_category_id_seq')") == [(gone + 1,)]


def test_nul_characters_are_left_out_and_named(says, url, ada):
    User.objects.filter(pk=ada.pk).update(about="A\0da")

    said = says("move_database", to=url)

    assert f"forum_user {ada.pk}: about\n" in said
    assert ask(url, "SELECT about FROM forum_user") == [("Ada",)]


def test_nul_characters_within_json_are_left_out():
    assert rows.without_nul({"a\0": ["b\0", {"c": "\0"}, 1, None]}) == {
        "a": ["b", {"c": ""}, 1, None]
    }


def test_a_row_that_does_not_fit_is_named_and_after_mending_it_goes_on(says, url, many, ada, grace):
    User.objects.filter(pk=grace.pk).update(name="x" * 61)
    with pytest.raises(
        CommandError, match=f"rejects row {grace.pk} of forum_user: value too long.*Fix that row"
    ):
        says("move_database", to=url)

    User.objects.filter(pk=grace.pk).update(name="x" * 60)
    says("move_database", to=url)

    assert count(url) == 25


def test_interrupted_it_goes_on_where_it_stopped(says, url, many, monkeypatch):
    stop_in_the_middle(monkeypatch, says, url)
    assert count(url) == 20
    written = "SELECT xmin::text FROM forum_post ORDER BY id LIMIT 20"
    before = ask(url, written)

    says("move_database", to=url)

    assert ask(url, written) == before
    assert ask(url, "SELECT id, body FROM forum_post ORDER BY id") == list(
        Post.objects.order_by("pk").values_list("pk", "body")
    )


def test_killed_in_the_middle_of_a_batch_it_goes_on_where_it_stopped(says, url, many, monkeypatch):
    stop_in_the_middle(monkeypatch, says, url)
    last = Post.objects.order_by("pk").last()
    columns = "id, topic_id, author_id, number, created_at, version, change"
    texts = "body, html, edit_reason, token, digest, hidden_reason"
    with closing(psycopg.connect(url)) as blocker:
        # a row of that id, not committed: the command waits for it with its batch half written
        blocker.execute(
            f"INSERT INTO forum_post ({columns}, {texts}) VALUES (%s, 1, 1, 99, now(), 1, 1, '',"
            " '', '', 'x', '', '')",
            [last.pk],
        )
        process = run_in_another_process(url)
        until(lambda: ask(url, "SELECT 1 FROM pg_locks WHERE NOT granted"))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        blocker.rollback()
    until(lambda: not ask(url, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
    assert count(url) == 20

    says("move_database", to=url)

    assert count(url) == 25


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_changed_between_two_runs_is_copied_anew(says, url, many, topic, ada, monkeypatch):
    stop_in_the_middle(monkeypatch, says, url)
    Post.objects.filter(number=3).update(body="Edited")
    Topic.objects.update(title="Milk")

    says("move_database", to=url)

    assert ask(url, "SELECT body FROM forum_post WHERE number = 3") == [("Edited",)]
    assert ask(url, "SELECT title FROM forum_topic") == [("Milk",)]


def test_who_writes_meanwhile_is_noticed_and_a_second_run_mends_it(
    says, url, topic, ada, monkeypatch
):
    copy = database_move.copy_table

    def write_once_all_is_copied(model, *arguments):
        copy(model, *arguments)
        if model is Post:
            writer = threading.Thread(target=write)
            writer.start()
            writer.join(20)

    def write():
        topic.reply(ada, "One more thing")
        connection.close()

    with monkeypatch.context() as patched:
        patched.setattr(database_move, "copy_table", write_once_all_is_copied)
        with pytest.raises(
            CommandError, match="database changed in the meantime. Stop the site and run this again"
        ):
            says("move_database", to=url)

    says("move_database", to=url)
    assert count(url) == 2


def test_a_database_that_holds_something_is_refused(says, empty, topic):
    with closing(psycopg.connect(empty, autocommit=True)) as there:
        there.execute("CREATE TABLE recipes (cake text)")

    with pytest.raises(CommandError, match="isn't empty: recipes. Use an empty one"):
        says("move_database", to=empty)

    assert count(empty, "recipes") == 0


def test_a_move_of_another_forum_is_refused(says, url, many, monkeypatch):
    stop_in_the_middle(monkeypatch, says, url)
    monkeypatch.setattr(target, "source", lambda: "another")

    with pytest.raises(CommandError, match="Another forum's database is being moved to this one"):
        says("move_database", to=url)


def test_two_runs_do_not_meet(says, url, topic):
    with closing(psycopg.connect(url)) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('parley_move'))")
        with pytest.raises(CommandError, match="Another move to this database is running"):
            says("move_database", to=url)


@pytest.mark.parametrize(
    ("to", "words"), [("sqlite:///x", "--to takes a URL"), ("nonsense", "--to takes")]
)
def test_an_address_that_makes_no_sense_is_refused(says, to, words, db):
    with pytest.raises(CommandError, match=words):
        says("move_database", to=to)


def test_a_server_that_does_not_answer_is_named(says, url):
    with pytest.raises(CommandError, match='PostgreSQL reported: .*"nobody" does not exist'):
        says("move_database", to=url.rpartition("/")[0] + "/nobody")
