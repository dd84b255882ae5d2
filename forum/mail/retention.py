"""Deletes old outbox rows: sent ones after some days, those given up once they are of no use."""

from datetime import timedelta

from django.utils import timezone

from forum.jobs import every
from forum.jobs.sessions import delete

from .models import Mail

SENT, GIVEN_UP = timedelta(days=3), timedelta(days=7)
MOST = 10_000  # of these, whatever their age


@every(hours=1)
def tidy():
    now = timezone.now()
    delete(Mail.objects.filter(sent_at__lt=now - SENT))
    delete(Mail.objects.filter(given_up_at__lt=now - GIVEN_UP))
    ended = Mail.objects.filter(due_at=None).order_by("-pk")
    for newest_too_many in ended.values_list("pk", flat=True)[MOST : MOST + 1]:
        delete(Mail.objects.filter(due_at=None, pk__lte=newest_too_many))
