"""The index has what the posts have, after every change and in the same transaction."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from forum.models import Topic
from forum.search import engines, reindexing
from forum.search.models import Entry
from tests.support import world

pytestmark = pytest.mark.store


@pytest.fixture
def is_exact(db):
    """Fails unless the index has what the posts have."""

    def check():
        assert list(reindexing.differences()) == []
        assert engines.inconsistencies() == ""

    yield check
    check()


def test_every_change_of_a_post_reaches_it(is_exact, says, found, mo, ada):
    post = says("first words")
    post.edit(ada, "second words")
    assert (found("first"), found("second")) == ([], ["second words"])
    post.hide(mo)
    is_exact()
    post.edit(ada, "third words")
    is_exact()
    assert found("third") == []
    post.restore()
    assert found("third") == ["third words"]


def test_every_change_of_a_topic_reaches_it(is_exact, says, found, ada):
    topic = says("text", title="Old name").topic
    for n in range(5):
        topic.reply(ada, f"reply {n}")
    topic.rename("New name")
    assert (found("old"), found("new")) == ([], ["text"])
    is_exact()
    topic.move(world.category("Ideas"))
    is_exact()
    topic.title, topic.category = "Third name", world.category("Tea")
    topic.save()
    assert found("third #tea") == ["text"]
    assert len(found("#tea")) == 6


def test_a_change_that_is_rolled_back_leaves_no_trace(is_exact, says, found):
    def fail():
        with transaction.atomic():
            says("a canary sings")
            raise RuntimeError

    pytest.raises(RuntimeError, fail)
    assert found("canary") == []


def test_reindex_writes_what_is_missing_and_goes_on_where_it_stopped(
    is_exact, says, found, monkeypatch, mo, settings
):
    monkeypatch.setattr(reindexing, "BATCH", 2)
    says(*(f"tea number {n}" for n in range(5)))
    says("hidden tea").hide(mo)
    Entry.objects.all().delete()
    assert found("tea") == []

    def stop(_posts):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindexing.reindex(stop)
    assert Entry.objects.count() == 1
    assert reindexing.reindex() == 4
    assert len(found("tea")) == 5


def test_entries_of_another_analyser_are_made_anew(is_exact, says, settings):
    says("running")
    settings.SEARCH_LANGUAGE = ""
    assert [wrong for _pk, wrong in reindexing.differences()] == ["outdated"]
    settings.SEARCH_LANGUAGE = "english"


def test_the_check_finds_every_kind_of_drift(says, mo, capsys):
    missing, different, hidden = says("one"), says("two"), says("three")
    Entry.objects.filter(post=missing).delete()
    Entry.objects.filter(post=different).update(keys=frozenset([1]))
    type(hidden).objects.filter(pk=hidden.pk).update(hidden_at=hidden.created_at)

    with pytest.raises(CommandError, match="3 entries differ"):
        call_command("reindex", "--check")
    assert [line.split(": ")[1] for line in capsys.readouterr().out.split("\n") if line] == [
        "hidden",
        "different",
        "missing",
    ]
    call_command("reindex", "--repair")
    call_command("reindex", "--check")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has one index")
def test_the_check_finds_drift_inside_of_sqlite(says):
    says("one")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_index(rowid, keys) VALUES (99, 'ab cd')")

    assert engines.inconsistencies()
    call_command("reindex", "--repair")
    assert engines.inconsistencies() == ""


def test_posts_made_in_bulk_are_found_after_a_reindex(is_exact, says, found, ada, help_category):
    topic = Topic.start(ada, help_category, "Title", "first")
    post = topic.posts.get()
    post.pk, post.number, post.token = None, 2, "x"
    type(post).objects.bulk_create([post])
    assert len(found("first")) == 1
    call_command("reindex")
    assert len(found("first")) == 2


@pytest.mark.servers  # it starts workers
def test_imported_posts_are_found_at_once(is_exact, found, help_category, tmp_path):
    archive = tmp_path / "old.mbox"
    archive.write_text(
        "From ada Mon Jan  1 00:00:00 2024\nFrom: Ada <ada@example.org>\nSubject: Zeppelins\n"
        "Message-ID: <1@example.org>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\nThey fly.\n"
    )
    call_command("import_mbox", archive, category=help_category.slug)

    assert found("zeppelins fly") == ["They fly."]


def test_posts_that_are_rendered_anew_are_found_by_their_new_text(is_exact, says, found):
    post = says("A :zeppelin: flies")
    type(post).objects.filter(pk=post.pk).update(html="<p>as before</p>")
    call_command("render")

    assert found("zeppelin") == ["A :zeppelin: flies"]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has one index")
@pytest.mark.django_db(transaction=True)
def test_the_check_reads_one_moment_outside_of_a_transaction():
    ada = world.member("ada")
    for n in range(2):
        Topic.start(ada, world.category(f"Help {n}"), "Title", "words")
        assert not connection.in_atomic_block
        assert engines.inconsistencies() == ""
