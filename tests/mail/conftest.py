import pytest

from forum.cache import circuit_breaker


@pytest.fixture(autouse=True)
def outbox(settings, db):
    """Mails go into the outbox as on a real site; the mail server is `mail.outbox` if no other is
    named.
    """
    settings.EMAIL_BACKEND = "forum.mail.backend.Backend"
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.3
    circuit_breaker.mail.record_success()
    yield
    circuit_breaker.mail.record_success()


@pytest.fixture
def smtp(settings):
    """A function: mails go to this server from now on."""

    def use(server):
        settings.MAIL_BACKEND = "forum.mail.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        return server

    return use
