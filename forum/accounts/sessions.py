"""Database sessions, not cached: signing out takes effect in every process at once."""

from contextlib import contextmanager, nullcontext
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.middleware import SessionMiddleware as DjangosSessionMiddleware
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from forum.db.optional_writes import optional_write
from forum.db.outages import is_outage
from forum.db.prepared import Prepared

RENEWAL_INTERVAL = timedelta(days=1)
WITH_KEY = Prepared(lambda _reader, key: Session.objects.filter(session_key=key))


class SessionStore(db.SessionStore):
    """Django's database sessions with a prepared query; failed writes don't fail safe requests."""

    is_optional = False  # whether writes may fail: true for safe methods
    expires_at = None  # as stored; None until loaded

    def _get_session_from_db(self):
        for session in WITH_KEY.instances(AnonymousUser(), self.session_key or ""):
            if session.expire_date > timezone.now():
                self.expires_at = session.expire_date
                return session
        self._session_key = None
        return None

    def save(self, must_create=False):
        with self._write():
            super().save(must_create)

    def is_due_for_renewal(self):
        if self.expires_at is None:
            return False
        lifetime = timedelta(seconds=self.get_expiry_age())
        return self.expires_at < timezone.now() + lifetime - RENEWAL_INTERVAL

    def renew(self):
        """Extend the session by its full lifetime; False if that could not be saved.

        Writes the expiry date only: a concurrent request may change the rest.
        """
        with optional_write("sessions"):
            return bool(
                Session.objects.filter(session_key=self.session_key).update(
                    expire_date=self.get_expiry_date()
                )
            )
        return False

    def delete(self, session_key=None):
        with self._write():
            super().delete(session_key)

    @contextmanager
    def _write(self):
        with optional_write("sessions") if self.is_optional else nullcontext(), as_outage():
            yield


@contextmanager
def as_outage():
    """Re-raise the database error behind an UpdateError.

    Django raises UpdateError ("session deleted") even when the database takes no writes.
    """
    try:
        yield
    except UpdateError as error:
        cause = error.__context__
        if cause and is_outage(cause):
            raise cause from None
        raise


class SessionMiddleware(DjangosSessionMiddleware):
    def process_request(self, request):
        super().process_request(request)
        request.session.is_optional = request.method in ("GET", "HEAD", "OPTIONS")

    def process_response(self, request, response):
        """Renew the sessions of active members once a day, so that they stay signed in."""
        response = super().process_response(request, response)
        session = request.session
        is_fit = session.is_optional and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        if (
            is_fit
            and not is_public(response)
            and session.is_due_for_renewal()
            and request.user.is_authenticated
        ):
            renew(session, response)
        return response


def is_public(response):
    """Whether shared caches may store it, so that it must not contain a session cookie."""
    return "public" in response.get("Cache-Control", "")


def renew(session, response):
    if not session.renew():
        return  # the cookie would outlive the session
    lasts = None if session.get_expire_at_browser_close() else session.get_expiry_age()
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        session.session_key,
        max_age=lasts,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )
    patch_vary_headers(response, ["Cookie"])
