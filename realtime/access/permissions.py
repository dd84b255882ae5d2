"""The stored facts that decide who may read and write what.

Pages remember them as of when they were admitted, and the sweep compares. So a lost fence, or an
`update()` that raised none, takes effect within one sweep.
"""

from importlib import import_module

from django.conf import settings
from django.utils import timezone

from forum.models import Category, User

MANY = 500  # ids in one query


def of_categories():
    """{(category id, parent id, id of a group of readers, id of a group of posters)}."""
    return frozenset(Category.objects.values_list("pk", "parent", "readers", "posters"))


def is_private(categories, pk):
    """Whether the category `pk` or its parent is limited to readers; see `of_categories`."""
    above = {parent for category, parent, _readers, _posters in categories if category == pk}
    return any(
        readers for category, _parent, readers, _posters in categories if category in {pk, *above}
    )


def may_write(categories, held, pk):
    """Whether a member with these rights may write in a category they may read.

    The same rule as `Category.writable_by`. categories: see `of_categories`. held: see
    `of_members`, None for guests.
    """
    if held is None:
        return False
    active, owner, _password, _stamp, groups = held
    posters = {
        posters for category, _parent, _readers, posters in categories if category == pk and posters
    }
    return active and (owner or not posters or not posters.isdisjoint(groups))


def of_members(ids):
    """{member id: (is active, is owner, password hash, security stamp, {group ids})}."""
    members = {}
    fields = ("pk", "is_active", "is_superuser", "password", "security_stamp", "groups")
    for some in _parts(ids):
        for pk, *rest, group in User.objects.filter(pk__in=some).values_list(*fields):
            members.setdefault(pk, (*rest, set()))[-1].add(group)
    return members


def visibility_key(held):
    """(is owner, group ids): equal for readers who may see the same.

    `visible_to` depends on nothing else. held: see `of_members`, None for guests.
    """
    if held is None:
        return False, frozenset()
    _active, owner, _password, _stamp, groups = held
    return owner, frozenset(groups - {None})


def sessions_among(keys):
    """The session keys that are still valid; all if sessions are not stored in the database."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    if not hasattr(store, "get_model_class"):
        return set(keys)
    sessions = store.get_model_class().objects.filter(expire_date__gt=timezone.now())
    return {key for some in _parts(keys) for key in _keys(sessions, some)}


def _keys(sessions, some):
    return sessions.filter(session_key__in=some).values_list("session_key", flat=True)


def _parts(values):
    values = list(values)
    return [values[start : start + MANY] for start in range(0, len(values), MANY)]
