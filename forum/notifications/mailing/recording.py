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
    wanted = defaultdict(list)
    for notice in notices:
        if notice.seen_at is None:
            kind = kinds.BY_NAME[notice.kind]
            wanted[preferences.ways(chosen[notice.member_id], kind).mail].append(notice)
    expect_emails(wanted["single"])
    expect_digests(chosen[notice.member_id] for notice in wanted["digest"])


def expect_emails(notices):
    due_at = timezone.now() + timedelta(minutes=settings.NOTIFICATION_MAIL_DELAY_MINUTES)
    Delivery.objects.bulk_create(
        [Delivery(notice=notice, member_id=notice.member_id, due_at=due_at) for notice in notices],
        ignore_conflicts=True,
    )


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
