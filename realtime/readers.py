"""Who is behind a socket, as the session says now and not as it said when they came."""

from importlib import import_module
from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser

from . import rights


def reader_with(session_key):
    """(user, their rights): the member whose session this is, checked afresh; else a guest and None."""
    if not session_key:
        return AnonymousUser(), None
    store = import_module(settings.SESSION_ENGINE).SessionStore
    user = get_user(SimpleNamespace(session=store(session_key)))
    if not user.is_authenticated:
        return user, None
    held = rights.of_members([user.pk]).get(user.pk)
    return (user, held) if held else (AnonymousUser(), None)


def session_key_of(scope):
    key = scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME, "")
    return key if key.isascii() and key.isprintable() else ""
