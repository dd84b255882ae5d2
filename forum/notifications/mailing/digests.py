"""Writes digests: for each member what they haven't seen since the last one.

A batch of members, with their emails in the outbox and the times of their next digests, is one
transaction: a killed worker has written none of them, and the next one begins there again.
"""

import logging
from collections import defaultdict

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Count, F, Max, Min
from django.utils import timezone

from forum.db.outages import is_outage
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.jobs.workers import run_soon
from forum.mail.models import Mail
from forum.notifications import groups, kinds, preferences
from forum.notifications.models import Notice

from . import messages, recipients, times
from .models import Digest

logger = logging.getLogger(__name__)
BATCH = 25  # members in one transaction
MOST_SHOWN = 20  # groups in one digest


@every(seconds=60)
def sweep():
    if Digest.objects.due().exists():
        run_soon(write_due)


@job
def write_due():
    while not stopping.is_set() and Mail.objects.has_room():
        try:
            if not write_batch():
                return
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("A batch of digests failed; they are written one by one.")
            write_one_by_one()


@transaction.atomic
def write_batch():
    """Write the digests that are due to some members; False if there are none."""
    rows = Digest.objects.due().order_by("due_at", "pk")
    due = list(rows.select_for_update(skip_locked=True)[:BATCH])
    write(due)
    return bool(due)


def write_one_by_one():
    for _ in range(BATCH):
        digest = Digest.objects.take()
        if digest is None:
            return
        try:
            with transaction.atomic():
                leased = Digest.objects.filter(pk=digest.pk, due_at=digest.due_at)
                write(list(leased.select_for_update()))
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("The digest of member %s failed.", digest.pk)
            digest.retry(error)


def reschedule(preferences):
    """After a change of preferences: the digest that is due next comes as they say."""
    due_at = times.next_digest(preferences, timezone.now())
    waiting = Digest.objects.waiting().filter(member=preferences.member_id)
    waiting.update(due_at=None if preferences.digest == "off" else due_at)


def write(due):
    """Write these digests, whose rows are locked."""
    last = {digest.pk: digest.last_notice for digest in due}
    reached = recipients.of(last)
    wanted = [pk for pk, one in reached.items() if one.preferences.digest != "off"]
    shown = unseen_groups(wanted, reached)
    emails = []
    for pk, (found, more) in shown.items():
        with reached[pk].speaking():
            emails.append(messages.digest(found, more, reached[pk]))
    get_connection().send_messages(emails)
    newest = dict(
        Notice.objects.filter(member__in=last)
        .order_by()
        .values_list("member")
        .annotate(newest=Max("pk"))
    )
    for digest in due:
        digest.last_notice = max(newest.get(digest.pk, 0), digest.last_notice)
        digest.due_at, digest.attempts, digest.error = None, 0, ""
        digest.sent_at = timezone.now() if digest.pk in shown else digest.sent_at
    Digest.objects.bulk_update(due, ["last_notice", "due_at", "attempts", "error", "sent_at"])


# --- What they show ---


def unseen_groups(members, reached):
    """{id: (Groups to show, newest first; the number of others)} of those who have any."""
    unseen = Notice.objects.still_wanted().filter(
        member__in=members,
        seen_at=None,
        delivery=None,
        pk__gt=F("member__digest__last_notice"),
    )
    rows = grouped(unseen.about_public().shown())
    private = unseen.exclude(pk__in=unseen.about_public()).order_by()
    for pk in set(private.values_list("member", flat=True)):
        rows[pk] = grouped(unseen.readable_by(reached[pk].member))[pk]
    kept = {
        pk: [row for row in rows[pk] if is_for_digest(row["kind"], reached[pk].preferences)]
        for pk in members
    }
    shown = [row for some in kept.values() for row in some[:MOST_SHOWN]]
    loaded = {group.latest.pk: group for group in groups.from_rows(shown)}
    digests = {}
    for pk, some in kept.items():
        found = [loaded[row["latest"]] for row in some[:MOST_SHOWN] if row["latest"] in loaded]
        if found:
            digests[pk] = found, len(some[MOST_SHOWN:])
    return digests


def grouped(notices):
    """{member id: rows for groups.from_rows, newest first}."""
    rows = defaultdict(list)
    found = (
        notices.order_by()
        .values("member", "kind", "merge")
        .annotate(
            latest=Max("pk"),
            count=Count("pk"),
            people=Count("by", distinct=True),
            first_post=Min("post"),
        )
        .order_by("-latest")
    )
    for row in found:
        rows[row["member"]].append(row)
    return rows


def is_for_digest(kind, chosen):
    return preferences.ways(chosen, kinds.BY_NAME[kind]).mail == "digest"
