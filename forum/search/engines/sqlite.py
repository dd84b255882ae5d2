"""SQLite: a full-text index (FTS5) of keys, which is read from its end."""

from dataclasses import dataclass

from django.db import connection, transaction

from forum.search.fields import token
from forum.search.models import Entry


def newest(expression, most, before):
    sql = "SELECT rowid FROM search_index WHERE search_index MATCH %s"
    parameters = [match(expression)]
    if before is not None:
        sql, parameters = f"{sql} AND rowid < %s", [*parameters, before]
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY rowid DESC LIMIT %s", [*parameters, most])
        return [pk for (pk,) in cursor.fetchall()]


def match(expression):
    """An expression in FTS5's language. Keys are hexadecimal, so nothing has to be quoted."""
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
    with connection.cursor() as cursor:
        cursor.execute(vocabulary)
        try:
            cursor.execute("SELECT term, doc FROM temp.search_keys")
            indexed = Sum()
            for term, pk in cursor.fetchall():
                indexed.add(int(term, 16), pk)
        finally:
            cursor.execute("DROP TABLE temp.search_keys")
    entries = Sum()
    for entry in Entry.objects.iterator():
        for key in entry.keys:
            entries.add(key, entry.pk)
    return (
        "" if entries == indexed else f"{indexed.count} keys are indexed instead of {entries.count}"
    )


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
