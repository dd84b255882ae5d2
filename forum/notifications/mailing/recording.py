"""Writes down which notices are to be sent by email, with the notices themselves."""

from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from forum.notifications import kinds, preferences

from . import times
from .models import Delivery, Digest


def expect(notices, chosen):
    """One of the ways (forum/notifications/ways.py)."""
    now = timezone.now()
    soon = now + timedelta(minutes=settings.NOTIFICATION_MAIL_DELAY_MINUTES)
    deliveries, digests = [], []
    for notice in notices:
        one = chosen[notice.member_id]
        if preferences.comes_as_list(one, notice):
            deliveries.append(delivery(notice, now))
        elif notice.seen_at is None:
            match preferences.ways(one, kinds.BY_NAME[notice.kind]).mail:
                case "single":
                    deliveries.append(delivery(notice, soon))
                case "digest":
                    digests.append(one)
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    expect_digests(digests)


def delivery(notice, due_at):
    return Delivery(notice=notice, member_id=notice.member_id, due_at=due_at)


def expect_digests(chosen):
    """Have digests written for members with these Preferences, if none is due.

    Who writes a digest has locked its row. Then this waits, and sets the time of the next one.
    """
    members = defaultdict(list)  # by time
    for one in chosen:
        if one.digest != "off":
            members[times.next_digest(one, timezone.now())].append(one.member_id)
    Digest.objects.bulk_create(
        [Digest(member_id=pk, due_at=None) for ids in members.values() for pk in ids],
        ignore_conflicts=True,
    )
    for due_at, ids in sorted(members.items()):
        rows = Digest.objects.filter(member__in=ids)
        list(rows.select_for_update().order_by("pk").values_list("pk"))  # an update would skip them
        rows.filter(due_at=None).update(due_at=due_at, attempts=0, given_up_at=None, error="")
