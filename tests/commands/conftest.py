from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from tests.support.postgresql import postgresql  # noqa: F401 - a server for those who ask

on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="of SQLite: runs in the other column"
)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="of PostgreSQL: runs in the other column"
)


@pytest.fixture
def says():
    """A function that runs a command and returns what it said."""

    def run(name, *arguments, **options):
        out = StringIO()
        call_command(name, *map(str, arguments), stdout=out, stderr=StringIO(), **options)
        return out.getvalue()

    return run
