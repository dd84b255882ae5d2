"""Prepared queries: SQL compiled once by Django and planned once by PostgreSQL."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.query import QuerySet, get_related_populators


class Prepared:
    """A query whose SQL is compiled once per kind of reader and number of values.

    `build(reader, *values)` returns the QuerySet. Its SQL may depend only on the kind of reader
    (guest, member, owner) and the number of values; `reader.pk` and the values themselves (int or
    str) may occur only as parameters. For a field smaller than eight bytes, wrap the value in
    `Value(…, BigIntegerField())`, or Django drops conditions that it thinks can't match.

    With `replan` PostgreSQL plans each execution, for queries whose best plan depends on the
    values.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], replan: bool = False) -> None:
        self._build, self._replan = build, replan
        self._compiled: dict[tuple[Any, ...], CompiledQuery] = {}

    def instances(self, reader: Any, *values: int | str) -> list[Any]:
        """The model instances, with the annotations and `select_related` of the QuerySet."""
        query = self._query(reader, values)
        return (
            [query.instance(row) for row in query.rows(reader, values)]
            if all(map(fits, values))
            else []
        )

    def rows(self, reader: Any, *values: int | str) -> list[tuple[Any, ...]]:
        """Tuples, for a QuerySet made with `values_list`."""
        return self._query(reader, values).rows(reader, values) if all(map(fits, values)) else []

    def _query(self, reader: Any, values: Sequence[int | str]) -> "CompiledQuery":
        kind = (connections[DEFAULT_DB_ALIAS].vendor, len(values), *kind_of(reader))
        if kind not in self._compiled:
            self._compiled[kind] = CompiledQuery(
                self._build(*stand_ins(reader, values)), self._replan
            )
        return self._compiled[kind]


class CompiledQuery:
    def __init__(self, queryset: QuerySet[Any, Any], replan: bool) -> None:
        self._replan = replan
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.parameters = compiler.as_sql()
        self.converters = compiler.get_converters(
            [selected for selected, *_rest in compiler.select]
        ).items()
        if compiler.klass_info:
            self._prepare_instances(compiler)

    def rows(self, reader: Any, values: Sequence[int | str]) -> list[tuple[Any, ...]]:
        given = {
            marker(reader.pk): reader.pk,
            **{marker(value, index): value for index, value in enumerate(values)},
        }
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() if self._replan else cursor_of(connection) as cursor:
            cursor.execute(
                self.sql, [given.get(parameter, parameter) for parameter in self.parameters]
            )
            rows = cursor.fetchall()
        return [self._converted(row, connection) for row in rows] if self.converters else rows

    def instance(self, row: tuple[Any, ...]) -> Any:
        instance = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._start : self._end])
        for populator in self._populators:
            populator.populate(row, instance)
        for name, index in self._annotations:
            setattr(instance, name, row[index])
        return instance

    def _prepare_instances(self, compiler: Any) -> None:
        fields = compiler.klass_info["select_fields"]
        self._start, self._end = fields[0], fields[-1] + 1
        self._model = compiler.klass_info["model"]
        self._names = [
            selected.target.attname for selected, *_rest in compiler.select[self._start : self._end]
        ]
        arguments = compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS
        self._populators = get_related_populators(*arguments)  # type: ignore[call-arg]  # stubs for Django 6
        self._annotations = list(compiler.annotation_col_map.items())

    def _converted(self, given: tuple[Any, ...], connection: Any) -> tuple[Any, ...]:
        row = list(given)
        for index, (functions, expression) in self.converters:
            for function in functions:
                row[index] = function(row[index], expression, connection)
        return tuple(row)


def cursor_of(connection: Any) -> Any:
    """A cursor whose statements PostgreSQL plans once per connection, since planning costs most.

    Django's own cursors interpolate values into the SQL, so that no two statements are equal.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    cursor = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]  # the stubs leave out its base
    return connection._prepare_cursor(cursor)


def kind_of(reader: Any) -> tuple[bool, bool]:
    return reader.is_authenticated, reader.is_active and reader.is_superuser


def stand_ins(reader: Any, values: Sequence[int | str]) -> tuple[SimpleNamespace | int | str, ...]:
    """A reader of the same kind and placeholder values, recognisable among a query's parameters."""
    attributes = ("is_authenticated", "is_active", "is_superuser")
    stand_in = SimpleNamespace(
        pk=marker(reader.pk), **{name: getattr(reader, name) for name in attributes}
    )
    return stand_in, *(marker(value, index) for index, value in enumerate(values))


def marker(value: int | str | None, index: int = -1) -> int | str:
    return f"\x02value {index}" if isinstance(value, str) else 2**61 + index


def fits(value: int | str) -> bool:
    """Whether the value fits a database column; no row can match a larger one."""
    return isinstance(value, str) or -(2**63) <= value < 2**63
