import pytest

from forum.notifications import groups, telling
from forum.notifications.models import Event


@pytest.fixture
def told(db):
    """Tells all events, and returns what a member's notices say, newest first."""

    def texts(member):
        telling.tell()
        assert not Event.objects.exists()
        return [group.text for group in groups.shown_to(member)[0]]

    return texts


@pytest.fixture
def topic(topic, told, ada):
    """Ada's topic; what it told its author is done."""
    told(ada)
    topic.refresh_from_db()
    return topic
