"""Sessions in the database: what is signed out there is signed out in every process, whatever a cache remembers."""

from contextlib import contextmanager, nullcontext

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.middleware import SessionMiddleware as DjangosSessionMiddleware
from django.contrib.sessions.models import Session
from django.utils import timezone

from forum.db.optional_writes import optional_write
from forum.db.outages import is_outage
from forum.models.prepared import Prepared

WITH_KEY = Prepared(lambda nobody, key: Session.objects.filter(session_key=key))


class SessionStore(db.SessionStore):
    """Django's own, with its one query made once, and with writes that a request which only reads can do without."""

    is_optional = False

    def _get_session_from_db(self):
        for session in WITH_KEY.instances(AnonymousUser(), self.session_key):
            if session.expire_date > timezone.now():
                return session
        self._session_key = None
        return None

    def save(self, must_create=False):
        with self._write():
            super().save(must_create)

    def delete(self, session_key=None):
        with self._write():
            super().delete(session_key)

    @contextmanager
    def _write(self):
        with optional_write("sessions") if self.is_optional else nullcontext(), as_outage():
            yield


@contextmanager
def as_outage():
    """Django says "deleted meanwhile" of a session that can't be saved, also when the database takes no writes."""
    try:
        yield
    except UpdateError as error:
        if is_outage(error.__context__):
            raise error.__context__ from None
        raise


class SessionMiddleware(DjangosSessionMiddleware):
    def process_request(self, request):
        super().process_request(request)
        request.session.is_optional = request.method in ("GET", "HEAD", "OPTIONS")
