"""The tests' own emptying of the database, beside a server that is still writing."""

import pytest
from django.db import connection

from forum.models import Reading, Topic
from tests.support import truncation
from tests.support.concurrency import at_once

pytestmark = [pytest.mark.store, pytest.mark.django_db(transaction=True)]


def test_what_is_written_while_rows_are_being_deleted_is_deleted_too(ada, topic):
    if connection.vendor == "sqlite":
        pytest.skip("there is one writer at a time")
    late = [lambda: Reading.objects.create(user=ada, topic=topic, number=1)]

    def write_meanwhile(execute, sql, *rest):
        if sql.startswith("DELETE") and late:
            at_once(late.pop())
        return execute(sql, *rest)

    with connection.execute_wrapper(write_meanwhile):
        truncation.empty()

    assert not late
    assert not Reading.objects.exists()
    assert not Topic.objects.exists()
