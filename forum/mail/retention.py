"""Deletes old outbox rows: those sent after SENT, those given up after GIVEN_UP."""

from datetime import timedelta

from django.utils import timezone

from forum.jobs import every
from forum.jobs.sessions import delete

from . import bounces
from .models import Mail

SENT, GIVEN_UP = timedelta(days=3), timedelta(days=7)
MAX_ENDED = 10_000  # rows of either kind, of any age


@every(hours=1)
def tidy():
    bounces.tidy()
    now = timezone.now()
    delete(Mail.objects.filter(sent_at__lt=now - SENT))
    delete(Mail.objects.filter(given_up_at__lt=now - GIVEN_UP))
    ended = Mail.objects.filter(due_at=None).order_by("-pk")
    for newest_surplus in ended.values_list("pk", flat=True)[MAX_ENDED : MAX_ENDED + 1]:
        delete(Mail.objects.filter(due_at=None, pk__lte=newest_surplus))
