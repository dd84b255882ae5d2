"""PostgreSQL: an inverted index (GIN) of arrays of keys.

Such an index can't stop early, and what costs is not finding the posts but visiting their rows: a
common word would visit half of them. So beside its keys the index has the blocks of ids that a post
is in, as negative numbers, and is asked for ranges of blocks, the newest first, until enough posts
are found. How many that takes is estimated from what the ranges before had.
"""

from django.db import connection

LEVELS = (4096, 32_768, 262_144)  # ids in a block
FIRST = 8192  # ids in the first range
SMALLEST_STEP, LARGEST_STEP = 2, 16  # a range compared with the one before
RESERVE = 1.2  # times the estimate
INDEXED = "(keys || ARRAY[{}])".format(
    ", ".join(
        f"-(1 + {len(LEVELS)} * (post_id / {size}) + {level})::integer"
        for level, size in enumerate(LEVELS)
    )
)


def newest(expression, most):
    found, seen, size = [], 0, FIRST
    upper = next_id()
    while upper > 0 and len(found) < most:
        lower = max(0, upper - size) // LEVELS[0] * LEVELS[0]
        found += between(expression, lower, upper, most - len(found))
        seen += upper - lower
        estimate = RESERVE * seen * (most - len(found) + 2) / (len(found) + 3)
        size = int(min(max(estimate, SMALLEST_STEP * size), LARGEST_STEP * size))
        upper = lower
    return found


def next_id():
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(post_id) FROM search_entry")
        return (cursor.fetchone()[0] or 0) + 1


def between(expression, lower, upper, most):
    """The newest posts with an id from `lower`, the first of a block, up to but without `upper`."""
    condition, parameters = where(expression)
    # "+ 0": or it may walk through the ids until enough posts have the keys, which may be never.
    sql = (
        f"SELECT post_id FROM search_entry WHERE {INDEXED} && %s::integer[] AND {condition}"  # noqa: S608
        " AND post_id < %s ORDER BY post_id + 0 DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [blocks(lower, upper), *parameters, upper, most])
        return [pk for (pk,) in cursor.fetchall()]


def blocks(lower, upper):
    """The fewest blocks that cover these ids, as they are in the index."""
    found = []
    while lower < upper:
        level = max(
            level
            for level, size in enumerate(LEVELS)
            if lower % size == 0 and (level == 0 or lower + size <= upper)
        )
        found.append(-(1 + len(LEVELS) * (lower // LEVELS[level]) + level))
        lower += LEVELS[level]
    return found


def where(expression):
    """An expression as SQL, and its parameters."""
    conditions, parameters = [], []
    for is_negative, sets in expression:
        condition, given = any_of(sets, "keys" if is_negative else INDEXED)
        conditions.append(f"NOT {condition}" if is_negative else condition)
        parameters += given
    return " AND ".join(conditions), parameters


def any_of(sets, keys):
    single = [key for one in sets if len(one) == 1 for key in one]
    several = [sorted(one) for one in sets if len(one) > 1]
    conditions = [f"{keys} && %s::integer[]"] * bool(single)
    conditions += [f"{keys} @> %s::integer[]"] * len(several)
    return f"({' OR '.join(conditions)})", [*([single] if single else []), *several]
