"""Monitors learn when members are not told, or get no emails."""

from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.utils import timezone

from forum.notifications import health
from forum.notifications.models import Delivery, Digest, Event
from forum.observability.health import Degraded
from tests.support.addresses import notice_of

pytestmark = pytest.mark.django_db(transaction=True)


def check():
    async_to_sync(health.notifications)()


def later(**delta):
    return time_machine.travel(timezone.now() + timedelta(**delta), tick=False)


def test_an_event_that_is_not_told_for_long_is_reported(topic):
    Event.objects.all().delete()
    Event.objects.create(kind="created", topic=topic, post=topic.posts.get())
    check()

    with later(minutes=11), pytest.raises(Degraded, match="not been told"):
        check()


@pytest.mark.parametrize("is_digest", [True, False])
def test_an_email_that_is_not_sent_for_long_is_reported(topic, ada, is_digest):
    Event.objects.all().delete()
    if is_digest:
        Digest.objects.create(member=ada)
    else:
        Delivery.objects.create(notice=notice_of(ada, topic.posts.get()), member=ada)
    with later(minutes=90):
        check()

    with later(hours=4), pytest.raises(Degraded, match="has been due"):
        check()


def test_metrics_count_what_waits_failed_and_was_given_up(topic, ada):
    Event.objects.all().delete()
    waiting = Event.objects.create(kind="created", topic=topic, post=topic.posts.get())
    waiting.lease()
    waiting.retry("No.")
    Delivery.objects.create(notice=notice_of(ada, topic.posts.get()), member=ada).give_up("No.")
    Digest.objects.create(member=ada, due_at=None)
    async_to_sync(health.gauges)()

    assert health.counts() == {
        "events": {"waiting": 1, "failing": 1, "given_up": 0},
        "emails": {"waiting": 0, "failing": 0, "given_up": 1},
        "digests": {"waiting": 0, "failing": 0, "given_up": 0},
        "pushes": {"waiting": 0, "failing": 0, "given_up": 0},
    }
    assert health.ROWS.labels("emails", "given_up")._value.get() == 1
