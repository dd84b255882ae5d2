"""Addresses that take no mail: after some bounces only mails about the account are sent there."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from .models import BouncingAddress

MOST, WITHIN = 3, timedelta(days=30)


@transaction.atomic
def record_bounce(address):
    """Count that a mail was permanently refused for this address, by a server or a report."""
    rows = BouncingAddress.objects.select_for_update()
    bouncing, _created = rows.get_or_create(address=address.lower())
    if bouncing.stopped_at is None and bouncing.first_at < timezone.now() - WITHIN:
        bouncing.count, bouncing.first_at = 0, timezone.now()
    bouncing.count += 1
    if bouncing.count >= MOST:
        bouncing.stopped_at = bouncing.stopped_at or timezone.now()
    bouncing.save()


def on_bounced(sender, member_id, address, **_kwargs):
    """Receives reports that came by mail; they count for the member's own address alone."""
    if EmailAddress.objects.filter(user=member_id, email__iexact=address).exists():
        record_bounce(address)


def stopped(addresses):
    """Those of these addresses, in lower case, to which nothing more should be sent."""
    found = BouncingAddress.objects.filter(address__in=addresses, stopped_at__isnull=False)
    return set(found.values_list("address", flat=True))


def start_again(address):
    BouncingAddress.objects.filter(address=address.lower()).delete()


def tidy():
    """Forget addresses with few bounces, a month after the first."""
    old = timezone.now() - WITHIN
    BouncingAddress.objects.filter(stopped_at=None, first_at__lt=old).delete()
