"""Deletes old rows of incoming mails: those that ended after ENDED, given up ones after GIVEN_UP.

The mail itself is forgotten as soon as it is posted, answered or ignored. Its row stays, so that
the same mail, delivered again, is recognised.
"""

from datetime import timedelta

from django.utils import timezone

from forum.jobs import every
from forum.jobs.sessions import delete

from .models import IncomingMail

ENDED, GIVEN_UP = timedelta(days=14), timedelta(days=14)


@every(hours=1)
def tidy_incoming():
    now = timezone.now()
    delete(IncomingMail.objects.filter(sent_at__lt=now - ENDED))
    delete(IncomingMail.objects.filter(given_up_at__lt=now - GIVEN_UP))
