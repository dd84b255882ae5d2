"""Loaders for the personal stream: for each kind of item, its current state for its member.

An app with personal data registers its kind in `AppConfig.ready`, and calls
`PersonalChange.objects.record` in each transaction that changes an item.
"""

from collections.abc import Callable, Iterable
from typing import Any

from forum.models import Ballot, PersonalChange, Reaction, Reading, User, levels, polls, reactions

# (member, keys) -> {key: current state, JSON-serialisable}, without deleted items
Load = Callable[[User, list[str]], dict[str, Any]]

# (members, {member id: key}) -> {member id: current state of their item}, without deleted items,
# for a kind that tells many members of one event
LoadForAll = Callable[[list[User], dict[int, str]], dict[int, Any]]

_loads: dict[str, Load] = {}
_loads_for_all: dict[str, LoadForAll] = {}


def register(kind: str, load: Load, load_for_all: LoadForAll | None = None) -> None:
    _loads[kind] = load
    if load_for_all:
        _loads_for_all[kind] = load_for_all


def load(member: User, kind: str, keys: list[str]) -> dict[str, Any]:
    """{key: current state} of items of this kind; {} for a kind that is not registered."""
    return _loads[kind](member, keys) if kind in _loads else {}


def load_for_all(members: list[User], kind: str, keys: dict[int, str]) -> dict[int, Any]:
    """{member id: current state} of one item each, without those who have none."""
    if kind in _loads_for_all:
        return _loads_for_all[kind](members, keys)
    states = {member.pk: load(member, kind, [keys[member.pk]]) for member in members}
    return {pk: state[keys[pk]] for pk, state in states.items() if keys[pk] in state}


def with_states(
    member: User, changes: Iterable[PersonalChange]
) -> list[tuple[PersonalChange, Any | None]]:
    """Each change with the current state of its item, None if deleted. One query per kind."""
    changes = list(changes)
    keys: dict[str, list[str]] = {}
    for change in changes:
        keys.setdefault(change.kind, []).append(change.key)
    found = {kind: load(member, kind, keys[kind]) for kind in keys}
    return [(change, found[change.kind].get(change.key)) for change in changes]


register("reading", Reading.objects.personal)
register(levels.KIND, levels.states)
register(reactions.KIND, Reaction.objects.personal)
register(polls.KIND, Ballot.objects.personal)
