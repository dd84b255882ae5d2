"""A set of hashed keys as a column: an array in PostgreSQL, packed bytes in SQLite."""

import sys
from array import array

from django.db import models


class KeysField(models.Field):
    """A frozenset of integers of 31 bits."""

    def db_type(self, connection):
        return "integer[]" if connection.vendor == "postgresql" else "blob"

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is None:
            return None
        numbers = sorted(value)
        return numbers if connection.vendor == "postgresql" else packed(numbers)

    def from_db_value(self, value, expression, connection):
        return None if value is None else frozenset(unpacked(value))


def packed(numbers):
    """Four bytes each, little-endian."""
    return _ordered(array("i", numbers)).tobytes()


def unpacked(value):
    return value if isinstance(value, list) else _ordered(array("i", bytes(value)))


def tokens(value):
    """Packed keys as the document that SQLite's index is given; a function of the database."""
    return " ".join(map(token, unpacked(value)))


def token(number):
    return f"{number:x}"


def _ordered(numbers):
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
