"""Health checks and metrics of the outbox."""

from datetime import timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from forum.observability.health import Degraded, in_thread
from forum.observability.metrics import Gauge

from .models import Mail

LATE = timedelta(minutes=10)

MAILS = Gauge("parley_mails", "Emails by state.", ["state"], multiprocess_mode="mostrecent")
OLDEST = Gauge(
    "parley_mail_oldest_seconds",
    "Age of the oldest unsent email.",
    multiprocess_mode="mostrecent",
)


async def outbox():
    oldest = (await in_thread(counts))["oldest"]
    if oldest and timezone.now() - oldest > LATE:
        raise Degraded(
            f"An email has been waiting since {oldest:%Y-%m-%d %H:%M} UTC. See Mails under /admin/"
            " for the reason, and EMAIL_URL."
        )


async def gauges():
    found = await in_thread(counts)
    for state in ("waiting", "failing", "sent", "given_up"):
        MAILS.labels(state).set(found[state])
    OLDEST.set((timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0)


def counts():
    waiting = Q(due_at__isnull=False)
    return Mail.objects.aggregate(
        waiting=Count("pk", waiting),
        failing=Count("pk", waiting & ~Q(error="")),
        sent=Count("pk", Q(sent_at__isnull=False)),
        given_up=Count("pk", Q(given_up_at__isnull=False)),
        oldest=Min("created_at", filter=waiting),
    )
