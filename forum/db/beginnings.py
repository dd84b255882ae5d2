"""The lookup `begins`: text that begins like this, found by the column's unique index.

`startswith` can't use an index in SQLite. PostgreSQL has a second index for LIKE on each unique
text column; ranges would follow the order of a language there.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler

LAST = "\U0010ffff"


@CharField.register_lookup
class Begins(Lookup):  # type: ignore[type-arg]  # takes none when it runs
    lookup_name = "begins"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"({column} >= %s AND {column} < %s)", [
            *parameters,
            self.rhs,
            *parameters,
            f"{self.rhs}{LAST}",
        ]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        pattern = connection.ops.prep_for_like_query(self.rhs)
        return f"{column} LIKE %s", [*parameters, f"{pattern}%"]
