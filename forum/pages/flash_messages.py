"""settings.MESSAGE_STORAGE: Django's cookie storage under a `__Host-` name when HTTPS is used."""

from django.conf import settings
from django.contrib.messages.storage import cookie


class CookieStorage(cookie.CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"
