"""Writes down which notices are to be pushed to which devices, with the notices themselves."""

from datetime import timedelta

from django.utils import timezone

from forum.notifications import kinds, preferences

from . import keys
from .models import Device, PushDelivery

DELAY = timedelta(seconds=5)  # in which whoever has the page open sees it there


def expect(notices, chosen):
    """One of the ways (forum/notifications/ways.py)."""
    wanted = [
        notice
        for notice in notices
        if notice.seen_at is None
        and preferences.ways(chosen[notice.member_id], kinds.BY_NAME[notice.kind]).push
    ]
    if not wanted or not keys.public():
        return
    due_at, devices = timezone.now() + DELAY, devices_of({one.member_id for one in wanted})
    PushDelivery.objects.bulk_create(
        (
            PushDelivery(notice=notice, device=device, due_at=due_at)
            for notice in wanted
            for device in devices.get(notice.member_id, ())
        ),
        ignore_conflicts=True,
    )


def devices_of(members):
    """{member id: [Device]}, locked so that none goes before its deliveries are stored."""
    found: dict[int, list[Device]] = {}
    mine = Device.objects.live().filter(member__in=members)
    for device in mine.select_for_update(of=("self",), no_key=True).order_by("pk"):
        found.setdefault(device.member_id, []).append(device)
    return found
