"""Authenticates sockets: finds the member of a session, as it is now."""

from importlib import import_module
from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser

from realtime.access import permissions


def readers_with(session_keys):
    """{session key: (user, rights as of permissions.of_members)}; for guests (AnonymousUser, None).

    Sessions and members are read from the database, not from a cache.
    """
    members = {key: user for key, user in users_with(session_keys).items() if user.is_authenticated}
    held = permissions.of_members({user.pk for user in members.values()})
    readers = {key: (user, held[user.pk]) for key, user in members.items() if user.pk in held}
    return {key: readers.get(key) or (AnonymousUser(), None) for key in session_keys}


def reader_with(session_key):
    return readers_with([session_key])[session_key]


def users_with(session_keys):
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = filter(None, session_keys)
    # get_user reads nothing else of a request
    requests = {key: SimpleNamespace(session=store(key)) for key in keys}
    return {key: get_user(request) for key, request in requests.items()}  # type: ignore[arg-type]  # as above
