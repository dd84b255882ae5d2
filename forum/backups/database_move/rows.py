"""Copies the rows of one table from SQLite to PostgreSQL."""

import re
from contextlib import nullcontext

import psycopg
from django.db import transaction
from django.utils.translation import gettext as _

from forum.backups.database_move.errors import MoveError
from forum.backups.database_move.tables import fields, highest_key

BATCH = 1000  # rows per transaction


def copy(model, destination, report, advance):
    """Copy all rows with a key above the highest in the destination."""
    table, done = model._meta.db_table, model._base_manager.using(destination.alias).count()
    total = max(model._base_manager.count(), done)
    last = highest_key(model, destination)
    while batch := next_rows(model, last):
        write(model, destination, [prepared(model, row, destination, report) for row in batch])
        last = key_of(model, batch[-1])
        report.rows += len(batch)
        advance(done := done + len(batch), total, table)


def next_rows(model, last):
    found = model._base_manager.order_by("pk")
    if last is not None:
        found = found.filter(pk__gt=last)
    return list(found.values_list(*attributes(model))[:BATCH])


def attributes(model):
    return [field.attname for field in fields(model)]


def key_of(model, row):
    return row[fields(model).index(model._meta.pk)]


def prepared(model, row, destination, report):
    """The row as PostgreSQL stores it; notes removed NUL characters in `report`."""
    values = []
    for field, value in zip(fields(model), row, strict=True):
        taken = without_nul(value)
        if taken != value:
            report.stripped.append((model._meta.db_table, key_of(model, row), field.column))
        values.append(field.get_db_prep_save(taken, destination))
    return values


def without_nul(value):
    """The value without NUL characters, which PostgreSQL can't store."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [without_nul(one) for one in value]
    if isinstance(value, dict):
        return {without_nul(name): without_nul(one) for name, one in value.items()}
    return value


def write(model, destination, batch):
    quote = destination.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields(model))
    try:
        with (
            transaction.atomic(destination.alias),
            destination.cursor() as cursor,
            cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copying,
        ):
            for row in batch:
                copying.write_row(row)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise MoveError(rejection(model, batch, error)) from error


def rejection(model, batch, error):
    line = re.search(r"line (\d+)", error.diag.context or "")
    key = key_of(model, batch[int(line[1]) - 1]) if line else "?"
    return _(
        "PostgreSQL rejects row %(key)s of %(table)s: %(reason)s. Fix that row in the SQLite"
        " database, then run this again; it resumes from there."
    ) % {"key": key, "table": model._meta.db_table, "reason": error.diag.message_primary}


def truncate(model, destination):
    with destination.cursor() as cursor:
        cursor.execute(f"TRUNCATE {destination.ops.quote_name(model._meta.db_table)}")


def all_rows(model, database):
    """Yields every row of a table, unordered and without NUL characters."""
    found = model._base_manager.using(database.alias).order_by().values_list(*attributes(model))
    # Server-side cursors need a transaction.
    with transaction.atomic(database.alias) if database.vendor == "postgresql" else nullcontext():
        for row in found.iterator(chunk_size=BATCH):
            yield [without_nul(value) for value in row]
