"""Members of before have their names as their own; of two with one display name, whom imports
bring, the elder.
"""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from forum.models import TakenName
from tests.support import world

pytestmark = pytest.mark.django_db


def test_names_of_before_belong_to_their_members(ada, grace):
    namesake = world.member("ines", name="Someone")
    type(namesake).objects.filter(pk=namesake.pk).update(name="Grace Hopper")
    before = set(TakenName.objects.exclude(key="someone").values_list("key", "user", "usernames"))
    TakenName.objects.all().delete()

    importlib.import_module("forum.migrations.0009_taken_names").claim(
        apps, connection.schema_editor
    )

    assert set(TakenName.objects.values_list("key", "user", "usernames")) == before
