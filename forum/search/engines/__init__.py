"""The two engines: find the newest posts whose keys satisfy an expression.

An expression is a tuple of clauses that must all hold: (is_negative, alternatives), where the
alternatives are sets of keys, one of which a post must have (or, if negative, none).
"""

from django.db import connection

from . import postgresql, sqlite


def newest(expression, most):
    """The ids of at most `most` posts that satisfy `expression`, newest first.

    At least one clause must not be negative.
    """
    engine = postgresql if connection.vendor == "postgresql" else sqlite
    return engine.newest(expression, most)


def inconsistencies():
    """What is wrong between the entries and the engine's own index, or ""."""
    return "" if connection.vendor == "postgresql" else sqlite.inconsistencies()


def rebuild():
    """Make the engine's own index anew from the entries."""
    if connection.vendor != "postgresql":
        sqlite.rebuild()
