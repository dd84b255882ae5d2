"""The lookup `begins`: text that begins like this, found by the column's unique index.

`startswith` can't use an index in SQLite. PostgreSQL has a second index for LIKE on each unique
text column; ranges would follow the order of a language there.
"""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler

LAST = "\U0010ffff"


@CharField.register_lookup
class Begins(Lookup):
    lookup_name = "begins"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        values = (*parameters, self.rhs, *parameters, f"{self.rhs}{LAST}")
        return f"({column} >= %s AND {column} < %s)", values

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        pattern = connection.ops.prep_for_like_query(self.rhs)
        return f"{column} LIKE %s", (*parameters, f"{pattern}%")
