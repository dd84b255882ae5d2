"""Prepared questions answer as the QuerySets that they were made from, whoever asks and whatever
for.
"""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.db.prepared import Prepared
from forum.models import Topic
from forum.pages.topic_lists import EVERYWHERE
from forum.pages.topics import shown
from tests.support import world


@pytest.fixture
def readers(ada, grace, iris, mo, olive):
    return [AnonymousUser(), ada, grace, iris, mo, olive]


def test_it_tells_each_reader_what_the_queryset_would(readers, topic, lounge, iris):
    secret = world.topic(iris, lounge)
    topic.readings.create(user=readers[2], number=1)
    question = Prepared(shown)

    for reader in [*readers, *readers]:
        for pk in (topic.pk, secret.pk, 404):
            asked, plain = question.instances(reader, pk), list(shown(reader, pk))
            assert asked == plain
            for one, other in zip(asked, plain, strict=True):
                for name in (
                    "read_to",
                    "is_writable",
                    "edition",
                    "title",
                    "bumped_at",
                    "author",
                    "category",
                ):
                    assert getattr(one, name) == getattr(other, name), name


def test_it_gives_tuples_with_moments_as_python_has_them(readers, topic, help_category):
    unpinned = EVERYWHERE.unpinned
    question = Prepared(unpinned)

    for reader in readers:
        for within in ((), (help_category.pk,), (404,)):
            assert question.rows(reader, *within) == list(unpinned(reader, *within))


def test_related_objects_need_no_further_question(topic, ada):
    [found] = Prepared(shown).instances(ada, topic.pk)

    with CaptureQueriesContext(connection) as asked:
        assert (found.author, found.category.name, found.last_author) == (ada, "Help", ada)
    assert len(asked) == 0


def test_it_is_made_once_for_each_kind_of_reader(readers, topic):
    made = []
    question = Prepared(
        lambda reader, pk: made.append(reader) or Topic.objects.visible_to(reader).filter(pk=pk)
    )
    for reader in [*readers, *readers]:
        question.instances(reader, topic.pk)

    assert len(made) == 3  # guests, members, owners


@pytest.mark.parametrize("number", [2**63, -(2**70)])
def test_numbers_beyond_every_database_are_not_found(db, number):
    assert Prepared(shown).instances(AnonymousUser(), number) == []


def test_a_value_is_never_taken_for_sql(db):
    by_title = Prepared(lambda reader, title: Topic.objects.filter(title=title))

    assert by_title.instances(AnonymousUser(), "' OR 1=1 --") == []
