"""Deletes expired sessions daily, in batches that hold locks only briefly."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

from .registry import every
from .running import stopping

BATCH = 1000


@every(days=1)
def clear_sessions():
    delete(Session.objects.filter(expire_date__lt=timezone.now()))
    delete(
        UserSession.objects.filter(
            ~Exists(Session.objects.filter(session_key=OuterRef("session_key")))
        )
    )


def delete(rows):
    while not stopping.is_set():
        batch = list(rows.values_list("pk", flat=True)[:BATCH])
        rows.filter(pk__in=batch).delete()
        if len(batch) < BATCH:
            return
