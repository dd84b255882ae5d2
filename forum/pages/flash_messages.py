"""settings.MESSAGE_STORAGE: Django's, in a cookie that no other host of the domain can set."""

from django.conf import settings
from django.contrib.messages.storage import cookie


class CookieStorage(cookie.CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"
