"""`among` finds the rows with one of many keys, with one parameter."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.db import membership  # noqa: F401 - the lookup
from forum.models import User
from tests.support import world

pytestmark = pytest.mark.store


def test_the_rows_with_these_keys_are_found(ada, grace):
    assert list(User.objects.filter(pk__among=[])) == []
    assert list(User.objects.filter(pk__among=[grace.pk, 10**12])) == [grace]
    with CaptureQueriesContext(connection) as asked:
        found = set(User.objects.filter(pk__among=range(50_000)))
    assert found == {ada, grace}
    assert len(asked) == 1


def test_only_integers_are_taken(ada):
    with pytest.raises(ValueError, match="invalid literal"):
        list(User.objects.filter(pk__among=["1) OR (1=1"]))


def test_keys_of_other_rows_are_not(ada):
    world.member("mary")
    assert User.objects.filter(pk__among=[ada.pk]).get() == ada
