"""SQLite: a full-text index (FTS5) of keys, which is read from its end."""

from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from forum.search.fields import token, unpacked

READ = 10_000  # rows at a time


def newest(expression, most):
    sql = "SELECT rowid FROM search_index WHERE search_index MATCH %s ORDER BY rowid DESC LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [match(expression), most])
        return [pk for (pk,) in cursor.fetchall()]


def match(expression):
    """An expression in FTS5's language. Keys are hexadecimal numbers."""
    wanted = [any_of(sets) for is_negative, sets in expression if not is_negative]
    unwanted = [any_of(sets) for is_negative, sets in expression if is_negative]
    return f"({' AND '.join(wanted)})" + "".join(f" NOT {one}" for one in unwanted)


def any_of(sets):
    return f"({' OR '.join(map(all_of, sets))})"


def all_of(keys):
    return f"({' AND '.join(quoted(key) for key in sorted(keys))})"


def quoted(key):
    return f'"{token(key)}"'


def inconsistencies():
    """What the index has otherwise than the entries, from which triggers keep it; "" if nothing.

    Both are added up as numbers that any difference changes, since neither fits into memory.
    """
    vocabulary = (
        "CREATE VIRTUAL TABLE temp.search_keys USING fts5vocab(main, search_index, instance)"
    )
    indexed, entries = Sum(), Sum()
    with connection.cursor() as cursor:
        cursor.execute(vocabulary)
        try:
            with snapshot(cursor):
                cursor.execute("SELECT term, doc FROM temp.search_keys")
                while rows := cursor.fetchmany(READ):
                    for term, pk in rows:
                        indexed.add(int(term, 16), pk)
                cursor.execute("SELECT post_id, keys FROM search_entry")
                while rows := cursor.fetchmany(READ):
                    for pk, keys in rows:
                        for key in unpacked(keys):
                            entries.add(key, pk)
        finally:
            cursor.execute("DROP TABLE temp.search_keys")
    return (
        "" if entries == indexed else f"{indexed.count} keys are indexed instead of {entries.count}"
    )


@contextmanager
def snapshot(cursor):
    """Both are read as they are at one moment, without keeping others from writing."""
    if connection.in_atomic_block:
        yield
        return
    cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        cursor.execute("COMMIT")


@transaction.atomic
def rebuild():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_index(search_index) VALUES ('delete-all')")
        cursor.execute(
            "INSERT INTO search_index(rowid, keys)"
            " SELECT post_id, search_tokens(keys) FROM search_entry"
        )


@dataclass
class Sum:
    count: int = 0
    total: int = 0

    def add(self, key, pk):
        self.count += 1
        self.total += (key + 1) * (pk * 2_654_435_761 % 2**61) % 2**61
