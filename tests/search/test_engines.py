"""Both engines find the newest posts that satisfy an expression, however many there are."""

import random

import pytest
from django.db import OperationalError, connection

from forum.db.outages import is_timeout
from forum.db.timeouts import time_limit
from forum.models import Post
from forum.search import engines
from forum.search.engines import postgresql
from forum.search.models import Entry

pytestmark = pytest.mark.store

EXPRESSIONS = [
    ((False, [{1}]),),
    ((False, [{1}, {2}]),),
    ((False, [{1, 2}]),),
    ((False, [{1, 2}, {3}]), (False, [{4}])),
    ((False, [{1}]), (True, [{2}, {3}])),
    ((False, [{1}, {2}]), (True, [{2, 3}])),
    ((False, [{9}]),),
    ((False, [{0}]), (False, [{2**31 - 1}])),
]


@pytest.fixture
def entries(topic, ada, monkeypatch):
    """{post id: keys} of 300 posts with ids over several blocks."""
    monkeypatch.setattr(postgresql, "FIRST", 64)
    chance = random.Random(2026)
    ids = chance.sample(range(10, 600_000), 300)
    Entry.objects.all().delete()
    posts = [
        Post(pk=pk, topic=topic, number=n, author=ada, body="x", html="x", change=1)
        for n, pk in enumerate(ids, 10)
    ]
    Post.objects.bulk_create(posts)
    keys = {pk: frozenset(chance.sample([0, 1, 2, 3, 4, 5, 2**31 - 1], 3)) for pk in ids}
    Entry.objects.bulk_create(Entry(post_id=pk, keys=keys[pk], version=1) for pk in ids)
    return keys


def fits(keys, expression):
    return all(
        any(keys >= set(one) for one in sets) != is_negative for is_negative, sets in expression
    )


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("most", [1, 7, 1000])
def test_the_newest_that_fit_are_found(entries, expression, most):
    fitting = sorted((pk for pk in entries if fits(entries[pk], expression)), reverse=True)

    assert engines.newest(expression, most) == fitting[:most]


@pytest.mark.parametrize(
    ("lower", "upper"), [(0, 1), (0, 4096), (4096, 700_000), (262_144, 524_289), (0, 2**40)]
)
def test_blocks_cover_a_range_and_nothing_below(lower, upper):
    upper = min(upper, 3_000_000)
    at = lower
    for block in postgresql.blocks(lower, upper):
        number, level = divmod(-block - 1, len(postgresql.LEVELS))
        assert number * postgresql.LEVELS[level] == at
        at += postgresql.LEVELS[level]
    assert upper <= at < upper + postgresql.LEVELS[0]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL")
def test_the_index_serves_the_condition_of_the_engine(entries):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_entry_keys'")
        [definition] = cursor.fetchone()
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT post_id FROM search_entry WHERE {postgresql.INDEXED} && '{{1}}'"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "search_entry_keys" in plan, definition


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no time limit")
@pytest.mark.django_db(transaction=True)
def test_what_postgresql_takes_too_long_for_is_told_apart_from_an_outage():
    with pytest.raises(OperationalError) as late, time_limit(0.05), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(10)")

    assert is_timeout(late.value)
    assert not is_timeout(OperationalError("PostgreSQL does not answer."))
