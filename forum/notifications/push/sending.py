"""Sends the pushes that are due, unless what they are about was seen or hidden, or is not wanted.

At least once: a worker that is killed after the push service took one leaves it to be sent again.
It has the same tag, so the device shows it in place of the first one, without another sound.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import timezone

from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.jobs.sessions import delete
from forum.jobs.workers import run_soon
from forum.notifications import groups, kinds, preferences
from forum.notifications.mailing import times
from forum.notifications.mailing.recipients import Recipient
from forum.notifications.models import Notice

from . import messages, service
from .models import FORGOTTEN, Device, PushDelivery

logger = logging.getLogger(__name__)
AT_ONCE = 16  # requests of one job; a service that hangs holds them up for 5 s (forum/outbound/)
MOST_AN_HOUR = 20  # pushes to one device, about; what comes then waits until the hour is over
HOUR = timedelta(hours=1)
PAUSE = timedelta(minutes=1)  # in which nothing is sent to a service that does not answer
KEPT = timedelta(days=3)  # after the end of a delivery


@every(seconds=5)
def sweep():
    if PushDelivery.objects.due().exists():
        run_soon(deliver)


@job
def deliver():
    while not stopping.is_set() and (taken := take()):
        pushes = list(prepared(taken))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = pool.map(lambda push: service.push(push[0].device, push[1]), pushes)
            for (delivery, _message), outcome in zip(pushes, outcomes, strict=True):
                record(delivery, outcome)


def take():
    """Up to AT_ONCE deliveries that are due, leased."""
    found = []
    while len(found) < AT_ONCE and (delivery := PushDelivery.objects.take()):
        found.append(delivery.pk)
    return found


# --- What is still wanted ---


def prepared(taken):
    """(PushDelivery, Message) for those that are; the others are deleted, or wait."""
    later = PushDelivery.objects.filter(
        Q(pk__in=taken) | Q(due_at__lte=timezone.now()),
        device=OuterRef("device"),
        notice__merge=OuterRef("notice__merge"),
        pk__gt=OuterRef("pk"),
    )
    loaded = PushDelivery.objects.filter(pk__in=taken).select_related(
        "device__member", "notice__topic__category"
    )
    current = loaded.filter(~Exists(later), device__in=Device.objects.live())
    live = list(current.order_by("pk"))
    chosen = preferences.of({delivery.device.member_id for delivery in live})
    rested, now = rested_at({delivery.device_id for delivery in live}), timezone.now()
    kept = []
    for delivery in live:
        recipient = Recipient(delivery.device.member, "", chosen[delivery.device.member_id])
        due_at = times.awake(recipient.preferences, rested.get(delivery.device_id, now))
        if due_at > now:
            delivery.wait_until(due_at)
            kept.append(delivery.pk)
        elif group := wanted(delivery.notice, recipient):
            with recipient.speaking():
                yield delivery, messages.message(group, recipient.member)
            kept.append(delivery.pk)
    PushDelivery.objects.filter(pk__in=set(taken) - set(kept)).delete()


def rested_at(devices):
    """{id: when it may ring again} of the devices that somebody who writes much makes ring."""
    sent = PushDelivery.objects.filter(device__in=devices, sent_at__gt=timezone.now() - HOUR)
    counted = sent.order_by().values("device").annotate(count=Count("pk"), first=Min("sent_at"))
    return {row["device"]: row["first"] + HOUR for row in counted.filter(count__gte=MOST_AN_HOUR)}


def wanted(notice, recipient):
    """The Group that a notice is shown in, if the recipient still wants it pushed; or None."""
    member, chosen = recipient.member, recipient.preferences
    if (
        notice.member_id != member.pk
        or not preferences.ways(chosen, kinds.BY_NAME[notice.kind]).push
        or times.is_paused(chosen, timezone.now())
    ):
        return None
    same = Notice.objects.readable_by(member).unseen().filter(merge=notice.merge)
    if not same.still_wanted().filter(pk=notice.pk).exists():
        return None
    found = groups.from_rows(list(groups.grouped(same)))
    return found[0] if found else None


# --- What became of it ---


def record(delivery, outcome):
    device = delivery.device
    match outcome:
        case service.Taken():
            device.record_success()
            delivery.mark_sent()
        case service.Gone():
            if device.record_gone():
                delivery.delete()
            else:
                delivery.retry("The browser has another subscription now.")
        case service.Refused(reason):
            delivery.give_up(reason)
            device.record_failure()
        case service.Postponed(reason, pause, is_away):
            delivery.retry(reason, pause)
            if is_away:
                hold_up(device.host, max(pause, PAUSE))


def hold_up(host, pause):
    """Send nothing more to a push service for a while, so that it holds up no others."""
    waiting = PushDelivery.objects.due().filter(device__host=host)
    if count := waiting.update(due_at=timezone.now() + pause):
        logger.warning("%s does not answer; %s more pushes to it wait.", host, count)


@every(hours=1)
def tidy():
    now = timezone.now()
    delete(PushDelivery.objects.filter(due_at=None, created_at__lt=now - KEPT))
    delete(Device.objects.exclude(pk__in=Device.objects.live()).filter(used_at__lt=now - FORGOTTEN))
