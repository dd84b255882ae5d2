"""Cookies for a browser's settings: valid for a year, as secure as the session cookie."""

from django.conf import settings

YEAR = 365 * 24 * 3600


def keep_choice(request, response, name, value, httponly=False):
    secure = settings.SESSION_COOKIE_SECURE or request.is_secure()
    response.set_cookie(name, value, max_age=YEAR, secure=secure, samesite="Lax", httponly=httponly)
