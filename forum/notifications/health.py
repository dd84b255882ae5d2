"""Health checks and metrics of notifications."""

from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from forum.observability.health import Degraded, in_thread
from forum.observability.metrics import Gauge

from .models import Delivery, Digest, Event, PushDelivery

LATE = timedelta(minutes=10)  # for members to be told
LATE_EMAIL = timedelta(hours=3)  # many may wait for a slow mail server
WAITING = {"events": Event, "emails": Delivery, "digests": Digest, "pushes": PushDelivery}

ROWS = Gauge(
    "parley_notifications",
    "What members are to be told, emails about it, digests and pushes, by state.",
    ["what", "state"],
    multiprocess_mode="mostrecent",
)
OLDEST = Gauge(
    "parley_notifications_oldest_seconds",
    "Age of the oldest event that members are to be told of.",
    multiprocess_mode="mostrecent",
)


async def notifications():
    now = timezone.now()
    oldest, due = await in_thread(oldest_event), await in_thread(oldest_email)
    if oldest and now - oldest > LATE:
        raise Degraded(
            f"Members have not been told of something since {oldest:%Y-%m-%d %H:%M} UTC. See Events"
            " under /admin/ for the reason."
        )
    if due and now - due > LATE_EMAIL:
        raise Degraded(
            f"An email to a member has been due since {due:%Y-%m-%d %H:%M} UTC. See Deliveries,"
            " Digests and Mails under /admin/."
        )


async def gauges():
    for what, found in (await in_thread(counts)).items():
        for state, number in found.items():
            ROWS.labels(what, state).set(number)
    oldest = await in_thread(oldest_event)
    OLDEST.set((timezone.now() - oldest).total_seconds() if oldest else 0)


def oldest_event():
    return Event.objects.waiting().aggregate(oldest=Min("created_at"))["oldest"]


def oldest_email():
    due = [
        model.objects.due().aggregate(oldest=Min("due_at"))["oldest"]
        for model in (Delivery, Digest)
    ]
    return min(filter(None, due), default=None)


def counts():
    """{what: {state: number}}, each by an index: there is a row for each email that was sent."""
    return {
        what: {
            "waiting": model.objects.waiting().count(),
            "failing": model.objects.waiting().exclude(error="").count(),
            "given_up": model.objects.filter(given_up_at__isnull=False).count(),
        }
        for what, model in WAITING.items()
    }
