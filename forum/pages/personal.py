"""What the personal stream is made of: for each kind of thing, how it is shown to its member.

An app that has something personal registers its kind when it is ready, and calls
`PersonalChange.objects.record` in the transaction that changes a thing.
"""

from collections.abc import Callable, Iterable
from typing import Any

from forum.models import PersonalChange, Reading, User

# (member, keys) -> {key: the thing as it is now, ready for JSON}, without those that are gone
Load = Callable[[User, list[str]], dict[str, Any]]

_loads: dict[str, Load] = {}


def register(kind: str, load: Load) -> None:
    _loads[kind] = load


def load(member: User, kind: str, keys: list[str]) -> dict[str, Any]:
    """{key: the thing as it is now} of this kind. Empty for a kind that is not installed."""
    return _loads[kind](member, keys) if kind in _loads else {}


def things(
    member: User, changes: Iterable[PersonalChange]
) -> list[tuple[PersonalChange, Any | None]]:
    """Each change with the thing as it is now; None for one that is gone. A query per kind."""
    changes = list(changes)
    keys: dict[str, list[str]] = {}
    for change in changes:
        keys.setdefault(change.kind, []).append(change.key)
    found = {kind: load(member, kind, keys[kind]) for kind in keys}
    return [(change, found[change.kind].get(change.key)) for change in changes]


register("reading", Reading.objects.personal)
