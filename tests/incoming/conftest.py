import pytest

from forum.cache import rate_limits
from forum.incoming import processing, reading
from tests.support import world


@pytest.fixture(autouse=True)
def incoming(settings, db, monkeypatch):
    """Answers go into the outbox, and mails are read here instead of in a process of their own."""
    settings.EMAIL_BACKEND = "forum.mail.backend.Backend"
    settings.REPLY_ADDRESS = "forum+{}@example.org"
    monkeypatch.setattr(processing.reading, "Reader", ReaderHere)
    rate_limits.reset()


class ReaderHere:
    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def read(self, raw):
        return reading.letter(raw)


@pytest.fixture
def topic(grace):
    return world.topic(grace, world.category("Help"))


@pytest.fixture
def post(topic):
    return topic.posts.get(number=1)
