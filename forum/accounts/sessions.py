"""Database sessions: signing out takes effect in every process at once, whatever is cached."""

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

RENEWED = timedelta(days=1)  # ago, at least, before a session is renewed again
WITH_KEY = Prepared(lambda nobody, key: Session.objects.filter(session_key=key))


class SessionStore(db.SessionStore):
    """Django's own, with its one query made once, and with writes that a request which only reads
    can do without.
    """

    is_optional = False
    expires_at = None  # as the database said; None while nobody has asked

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
        return self.expires_at < timezone.now() + timedelta(seconds=self.get_expiry_age()) - RENEWED

    def renew(self):
        """Whether it lasts as long again from now on. Only its end is written: another request may
        change the rest.
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
    """Django says "deleted meanwhile" of a session that can't be saved, also when the database
    takes no writes.
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
        """Members stay signed in for as long as they come now and then: their session is renewed
        once a day.
        """
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
    """Other visitors may be given it by a cache, and must not be given this visitor's session with
    it.
    """
    return "public" in response.get("Cache-Control", "")


def renew(session, response):
    if not session.renew():
        return  # a cookie would say that it lasts longer than it does
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
