"""Sends the emails that are due, unless what they are about was seen or hidden, or is not wanted.

Asking, writing the email to the outbox (forum.mail), and ending the Delivery are one transaction,
so a killed worker neither loses an email nor writes it twice.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from forum.db.outages import is_outage
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.jobs.workers import run_soon
from forum.mail.models import Mail
from forum.models import Post
from forum.notifications import groups, kinds, preferences
from forum.notifications.models import Notice

from . import messages, recipients, times
from .models import Delivery

logger = logging.getLogger(__name__)
MOST_SINGLE = 5  # emails to one member at once; of more notices there is one email
MOST_AN_HOUR = 10  # notices in emails to one member; what comes then waits until the hour is over
HOUR = timedelta(hours=1)
MOST = 100  # notices in one
MOST_LISTED = 25  # emails in one transaction to a member who gets each post


@every(seconds=10)
def sweep():
    if Delivery.objects.due().exists():
        run_soon(deliver)


@job
def deliver():
    while not stopping.is_set() and Mail.objects.has_room():
        delivery = Delivery.objects.take()
        if not delivery:
            return
        try:
            send(delivery)
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("Delivery %s failed.", delivery.pk)
            delivery.retry(error)


@transaction.atomic
def send(delivery):
    """Send what is due to the member of a leased Delivery."""
    due = due_with(delivery)
    recipient = recipients.of([delivery.member_id]).get(delivery.member_id)
    rows = Delivery.objects.filter(pk__in=[one.pk for one in due])
    if recipient is None:
        rows.delete()
        return
    now = timezone.now()
    due_at = times.awake(recipient.preferences, rested_at(recipient, now))
    if due_at > now:
        rows.update(due_at=due_at, attempts=0)
        return
    if recipient.preferences.mailing_list:
        due = due[:MOST_LISTED]
        rows = rows.filter(pk__in=[one.pk for one in due])
    notices = wanted(due, recipient)
    for message in written(notices, recipient):
        message.send()
    sent = rows.filter(notice__in=notices)
    sent.update(due_at=None, sent_at=timezone.now(), error="")
    rows.filter(sent_at=None).delete()


def rested_at(recipient, now):
    """The first moment from `now` on at which somebody who writes much may fill a member's mailbox
    again.
    """
    if recipient.preferences.mailing_list:
        return now
    mine = Delivery.objects.filter(member=recipient.member, sent_at__gt=now - HOUR)
    sent = list(mine.order_by("-sent_at").values_list("sent_at", flat=True)[:MOST_AN_HOUR])
    first = sent[-1] if len(sent) == MOST_AN_HOUR else None
    return first + HOUR if first else now


def due_with(delivery):
    """The Delivery, if its lease still holds, and others of its member, locked.

    Those that have failed are sent without others, which they would hold up.
    """
    mine, fresh = Q(pk=delivery.pk, due_at=delivery.due_at), Q(due_at__lte=timezone.now())
    due = Delivery.objects.filter(mine | fresh & Q(attempts=0), member=delivery.member_id)
    rows = due.select_for_update()
    return list(rows.order_by("notice")[:MOST])


def wanted(due, recipient):
    """The notices of these deliveries of which the recipient still wants an email."""
    member = recipient.member
    notices = Notice.objects.readable_by(member).still_wanted().filter(delivery__in=due)
    loaded = notices.select_related("by", "topic__category", "post__author").order_by("pk")
    return [notice for notice in loaded if is_wanted(notice, recipient.preferences)]


def is_wanted(notice, chosen):
    if preferences.comes_as_list(chosen, notice):
        return True
    kind = kinds.BY_NAME[notice.kind]
    is_usual = kind in kinds.ALL  # "list" isn't, and the mailing list was left since
    return is_usual and notice.seen_at is None and preferences.ways(chosen, kind).mail == "single"


def written(notices, recipient):
    with recipient.speaking():
        if len(notices) > MOST_SINGLE and not recipient.preferences.mailing_list:
            rows = groups.grouped(Notice.objects.filter(pk__in=[notice.pk for notice in notices]))
            return [messages.several(groups.from_rows(list(rows.order_by("latest"))), recipient)]
        topics = {notice.topic_id for notice in notices}
        first = dict(Post.objects.filter(topic__in=topics, number=1).values_list("topic", "pk"))
        return [
            messages.single(notice, recipient, first.get(notice.topic_id)) for notice in notices
        ]
