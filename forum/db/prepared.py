"""Prepared queries: SQL compiled once by Django and planned once by PostgreSQL."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.query import QuerySet, get_related_populators


class Prepared:
    """`build(reader, *values)` returns a QuerySet; it is called once for each kind of reader and
    number of values.

    So it may depend on these (guest, member, owner) and on nothing else that changes. Who the
    reader is and what the values are shows only in parameters of the query: `reader.pk`, and values
    that are int or str. For a field of less than eight bytes wrap the value in `Value(…,
    BigIntegerField())`, or Django leaves out what it thinks can't fit.

    `replan` is where the best way to the answer depends on the values: there PostgreSQL plans each
    time.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], replan: bool = False) -> None:
        self._build, self._replan = build, replan
        self._made: dict[tuple[Any, ...], Question] = {}

    def instances(self, reader: Any, *values: int | str) -> list[Any]:
        """The model instances, with annotations and `select_related` as the QuerySet has them."""
        question = self._question(reader, values)
        return (
            [question.instance(row) for row in question.rows(reader, values)]
            if all(map(fits, values))
            else []
        )

    def rows(self, reader: Any, *values: int | str) -> list[tuple[Any, ...]]:
        """Tuples, for a QuerySet made with `values_list`."""
        return self._question(reader, values).rows(reader, values) if all(map(fits, values)) else []

    def _question(self, reader: Any, values: Sequence[int | str]) -> "Question":
        kind = (connections[DEFAULT_DB_ALIAS].vendor, len(values), *kind_of(reader))
        if kind not in self._made:
            self._made[kind] = Question(self._build(*stand_ins(reader, values)), self._replan)
        return self._made[kind]


class Question:
    def __init__(self, queryset: QuerySet[Any, Any], replan: bool) -> None:
        self._replan = replan
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.parameters = compiler.as_sql()
        self.converters = compiler.get_converters(
            [selected for selected, *_rest in compiler.select]
        ).items()
        if compiler.klass_info:
            self._learn_to_make_instances(compiler)

    def rows(self, reader: Any, values: Sequence[int | str]) -> list[tuple[Any, ...]]:
        given = {
            marker(reader.pk): reader.pk,
            **{marker(value, place): value for place, value in enumerate(values)},
        }
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() if self._replan else cursor_of(connection) as cursor:
            cursor.execute(
                self.sql, [given.get(parameter, parameter) for parameter in self.parameters]
            )
            rows = cursor.fetchall()
        return [self._converted(row, connection) for row in rows] if self.converters else rows

    def instance(self, row: tuple[Any, ...]) -> Any:
        made = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._start : self._end])
        for populator in self._populators:
            populator.populate(row, made)
        for name, place in self._annotations:
            setattr(made, name, row[place])
        return made

    def _learn_to_make_instances(self, compiler: Any) -> None:
        fields = compiler.klass_info["select_fields"]
        self._start, self._end = fields[0], fields[-1] + 1
        self._model = compiler.klass_info["model"]
        self._names = [
            selected.target.attname for selected, *_rest in compiler.select[self._start : self._end]
        ]
        about = compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS
        self._populators = get_related_populators(*about)  # type: ignore[call-arg]  # the stubs are those of Django 6
        self._annotations = list(compiler.annotation_col_map.items())

    def _converted(self, given: tuple[Any, ...], connection: Any) -> tuple[Any, ...]:
        row = list(given)
        for place, (functions, expression) in self.converters:
            for function in functions:
                row[place] = function(row[place], expression, connection)
        return tuple(row)


def cursor_of(connection: Any) -> Any:
    """One whose statements PostgreSQL plans once for each connection: planning is most of what they
    cost there.

    Django's own cursors write values into the SQL, so each would be another statement.
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
    """A reader of the same kind, and values, that can be found again among the parameters of a
    query.
    """
    named = ("is_authenticated", "is_active", "is_superuser")
    nobody = SimpleNamespace(
        pk=marker(reader.pk), **{name: getattr(reader, name) for name in named}
    )
    return nobody, *(marker(value, place) for place, value in enumerate(values))


def marker(value: int | str | None, place: int = -1) -> int | str:
    return f"\x02value {place}" if isinstance(value, str) else 2**61 + place


def fits(value: int | str) -> bool:
    """Whether a database can look for it; what no row can have is not found."""
    return isinstance(value, str) or -(2**63) <= value < 2**63
