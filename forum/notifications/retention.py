"""Deletes old notices, and events that were given up."""

from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from forum.jobs import every
from forum.jobs.sessions import delete

from .models import Event, Notice

KEPT = timedelta(days=90)
MOST = 1000  # for each member


@every(hours=6)
def prune():
    delete(Notice.objects.filter(at__lt=timezone.now() - KEPT))
    delete(Event.objects.filter(given_up_at__lt=timezone.now() - KEPT))
    counts = Notice.objects.order_by().values_list("member").annotate(n=Count("pk"))
    prune_some([member for member, _n in counts.filter(n__gt=MOST)])


def prune_some(members):
    """Delete all but the latest notices of each of these members.

    Telling calls it now and then for members whom it has locked, so that nobody has many more, and
    nothing that counts or shows them grows.
    """
    for member in members:
        mine = Notice.objects.filter(member=member).order_by("-pk")
        oldest = mine.values_list("pk", flat=True)[MOST - 1 : MOST].first()
        if oldest:
            delete(mine.filter(pk__lt=oldest))
