"""The lookup `among`: a key that is one of many, sent as one parameter.

`in` sends each as a parameter of its own; for thousands, building and reading that statement costs
more than what it finds.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigAutoField, Lookup
from django.db.models.sql.compiler import SQLCompiler


@BigAutoField.register_lookup
class Among(Lookup):
    lookup_name = "among"
    prepare_rhs = False  # a list of integers

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        among, values = condition(column, self.rhs)
        return among, (*parameters, *values)


def condition(column: str, keys: Iterable[int]) -> tuple[str, list[Any]]:
    """(SQL, parameters) for hand-written queries: the key in this column is one of these."""
    ids = [int(key) for key in keys]
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [ids]
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(ids)]  # noqa: S608 - a column
