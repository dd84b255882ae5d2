"""Who is behind a socket or a request, as the session says now and not as it said when they came."""

from importlib import import_module
from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser


def reader_with(session_key):
    """The member whose session this is, checked afresh (signed in, active, same password); else a guest."""
    if not session_key:
        return AnonymousUser()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    return get_user(SimpleNamespace(session=store(session_key)))


def session_key_of(scope):
    return scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME)
