"""Writes down which notices are to be sent by email, with the notices themselves."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from forum.notifications import kinds, preferences

from .models import Delivery


def expect(notices, chosen):
    """One of the ways (forum/notifications/ways.py)."""
    due_at = timezone.now() + timedelta(minutes=settings.NOTIFICATION_MAIL_DELAY_MINUTES)
    deliveries = [
        Delivery(notice=notice, member_id=notice.member_id, due_at=due_at)
        for notice in notices
        if notice.seen_at is None
        and preferences.ways(chosen[notice.member_id], kinds.BY_NAME[notice.kind]).mail == "single"
    ]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
