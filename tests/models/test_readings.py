import sqlite3

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from forum.models import Reading, Topic
from forum.models.readings import with_readings
from tests.support import world


@pytest.fixture
def read(topic, grace):
    """A function that remembers how far Grace has read, and says what is remembered then."""

    def read(number):
        Reading.objects.record(
            grace, with_readings(Topic.objects.all(), grace).get(pk=topic.pk), number
        )
        return Reading.objects.get(user=grace, topic=topic).number

    return read


def test_reading_goes_on_and_never_back(read):
    assert [read(number) for number in (20, 40, 20, 40, 41)] == [20, 40, 40, 40, 41]


def test_reading_never_goes_back_when_two_pages_are_read_at_once(topic, grace):
    seen = with_readings(Topic.objects.all(), grace)
    first, second = seen.get(pk=topic.pk), seen.get(pk=topic.pk)
    Reading.objects.record(grace, first, 40)
    Reading.objects.record(grace, second, 20)
    assert Reading.objects.get().number == 40

    first, second = seen.get(pk=topic.pk), seen.get(pk=topic.pk)
    Reading.objects.record(grace, first, 60)
    Reading.objects.record(grace, second, 50)
    assert Reading.objects.get().number == 60


def test_each_reader_has_their_own_place(read, topic, ada):
    read(5)

    assert with_readings(Topic.objects.all(), ada).get(pk=topic.pk).read_to is None
    assert with_readings(Topic.objects.all(), AnonymousUser()).get(pk=topic.pk).read_to is None


def test_a_reader_has_one_place_per_topic(read, topic, grace, help_category):
    read(5)
    other = world.topic(topic.author, help_category)
    Reading.objects.record(grace, with_readings(Topic.objects.all(), grace).get(pk=other.pk), 1)

    assert dict(Reading.objects.values_list("topic", "number")) == {topic.pk: 5, other.pk: 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite has one lock for all writes")
def test_a_mark_is_skipped_while_another_process_holds_the_lock(ada, topic):
    found = with_readings(Topic.objects.all(), ada).get()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        Reading.objects.record(ada, found, 1)
    finally:
        other.close()
    assert not Reading.objects.exists()

    Reading.objects.record(ada, found, 1)
    assert Reading.objects.get().number == 1
