from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from forum.mail import delivery
from forum.notifications import groups, telling
from forum.notifications.mailing import sending
from forum.notifications.models import Event
from forum.notifications.push import keys
from forum.notifications.push import sending as pushing
from tests.support.push_browser import PushBrowser, sign_in
from tests.support.push_receiver import PushReceiver


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


@pytest.fixture
def outbox(settings):
    """Emails go into the outbox as on a real site, and `mailed` sends them."""
    settings.EMAIL_BACKEND = "forum.mail.backend.Backend"
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def mailed(db, outbox):
    """Tells all events, sends the emails that are due then, and returns those to a member."""

    def messages(member, later=timedelta(hours=1)):
        telling.tell()
        sent_before = len(mail.outbox)
        with time_machine.travel(timezone.now() + later, tick=False):
            sending.deliver()
            delivery.deliver()
        return [one for one in mail.outbox[sent_before:] if one.to == [member.email]]

    return messages


@pytest.fixture
def push_key(settings):
    """The public key of a forum that offers pushes."""
    settings.VAPID_PRIVATE_KEY = keys.new()
    return keys.public()


@pytest.fixture
def receiver(settings, push_key):
    """The push service of all browsers."""
    with PushReceiver() as receiver:
        settings.OUTBOUND_HOSTS = [receiver.host]
        yield receiver


@pytest.fixture
def subscribed(receiver):
    """A function that adds a browser in which a member is signed in, and returns it."""

    def subscribe(member, path="/1"):
        browser = PushBrowser(receiver.origin + path)
        answer = sign_in(member).post("/settings/notifications/devices/add/", browser.subscription)
        assert answer.status_code == 204, answer.content
        return browser

    return subscribe


@pytest.fixture
def pushed(db):
    """Tells all events, and sends the pushes that are due then."""

    def push(later=timedelta(minutes=1)):
        telling.tell()
        with time_machine.travel(timezone.now() + later, tick=True):
            pushing.deliver()

    return push
