"""Fingerprints of tables, computed in the same way from both databases."""

import json
from hashlib import blake2b

from forum.backups.database_move.rows import all_rows

BITS = 128


def fingerprint(model, database):
    """(number of rows, sum of their hashes). A sum, because the databases sort differently."""
    count = total = 0
    for row in all_rows(model, database):
        digest = blake2b(
            json.dumps(row, sort_keys=True, default=plain).encode(), digest_size=BITS // 8
        )
        total = (total + int.from_bytes(digest.digest(), "big")) % (1 << BITS)
        count += 1
    return count, total


def plain(value):
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
