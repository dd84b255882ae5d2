"""The lookup `among`: a key that is one of many, sent as one parameter.

`in` sends each as a parameter of its own; for thousands, building and reading that statement costs
more than what it finds.
"""

import json
from typing import Any

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
        values = json.dumps([int(value) for value in self.rhs])
        among = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - a column
        return among, (*parameters, values)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*parameters, [int(value) for value in self.rhs])
