"""Health checks and metrics of the outbox."""

from datetime import timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from forum.observability.health import Degraded, in_thread
from forum.observability.metrics import Gauge

from .models import Mail

LATE = timedelta(minutes=10)

MAILS = Gauge(
    "parley_mails", "Mails by what became of them.", ["state"], multiprocess_mode="mostrecent"
)
OLDEST = Gauge(
    "parley_mail_oldest_seconds",
    "How long the oldest that is not sent waits.",
    multiprocess_mode="mostrecent",
)


async def outbox():
    oldest = (await in_thread(counted))["oldest"]
    if oldest and timezone.now() - oldest > LATE:
        raise Degraded(
            f"A mail has been waiting since {oldest:%Y-%m-%d %H:%M} UTC. Mails under /admin/ say"
            " why; see EMAIL_URL."
        )


async def levels():
    found = await in_thread(counted)
    for state in ("waiting", "failing", "sent", "given_up"):
        MAILS.labels(state).set(found[state])
    OLDEST.set((timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0)


def counted():
    waiting = Q(due_at__isnull=False)
    return Mail.objects.aggregate(
        waiting=Count("pk", waiting),
        failing=Count("pk", waiting & ~Q(error="")),
        sent=Count("pk", Q(sent_at__isnull=False)),
        given_up=Count("pk", Q(given_up_at__isnull=False)),
        oldest=Min("created_at", filter=waiting),
    )
