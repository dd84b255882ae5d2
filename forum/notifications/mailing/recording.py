"""Writes down which notices are to be sent by email, with the notices themselves."""

from datetime import timedelta
from operator import attrgetter

from django.conf import settings
from django.db import connection
from django.utils import timezone

from forum.notifications import kinds, preferences

from . import times
from .models import Delivery

ROW = "(%s, %s, %s, 0, '', 0)"
ROWS = 200  # in one statement; SQLite takes 999 parameters
EXPECT = """
INSERT INTO notifications_digest (member_id, created_at, due_at, attempts, error, last_notice)
VALUES {rows} ON CONFLICT (member_id) DO UPDATE
SET due_at = excluded.due_at, attempts = 0, given_up_at = NULL, error = ''
WHERE notifications_digest.due_at IS NULL
"""


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
    now, adapt = timezone.now(), connection.ops.adapt_datetimefield_value
    rows = [
        (one.member_id, adapt(now), adapt(times.next_digest(one, now)))
        for one in sorted(chosen, key=attrgetter("member_id"))
        if one.digest != "off"
    ]
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        statement = EXPECT.format(rows=", ".join([ROW] * len(some)))
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for row in some for value in row])
