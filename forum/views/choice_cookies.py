"""Cookies for choices made in this browser: kept for a year, with the session cookie's
attributes.
"""

from django.conf import settings

YEAR = 365 * 24 * 3600


def keep_choice(request, response, name, value, httponly=False):
    secure = settings.SESSION_COOKIE_SECURE or request.is_secure()
    response.set_cookie(name, value, max_age=YEAR, secure=secure, samesite="Lax", httponly=httponly)
