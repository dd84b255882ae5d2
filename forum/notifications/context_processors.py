"""How many notices are unread, for the bell on every page of a member."""

from django.utils.functional import SimpleLazyObject

from . import groups


def unread(request):
    return {"unread_notices": SimpleLazyObject(lambda: groups.label(groups.unread(request.user)))}
