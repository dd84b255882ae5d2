"""Health checks and metrics of incoming mail."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from forum.observability.health import Degraded, in_thread
from forum.observability.metrics import Gauge

from . import fetching
from .models import IncomingMail

LATE = timedelta(minutes=10)

MAILS = Gauge(
    "parley_incoming_mails",
    "Mails to the forum by state.",
    ["state"],
    multiprocess_mode="mostrecent",
)
OLDEST = Gauge(
    "parley_incoming_oldest_seconds",
    "Age of the oldest mail to the forum that waits.",
    multiprocess_mode="mostrecent",
)


async def inbox():
    error = settings.IMAP_URL and await in_thread(fetching.last_error)
    if error:
        raise Degraded(f"The mailbox in IMAP_URL can't be read: {error} Try manage.py fetch_mail.")
    oldest = (await in_thread(counts))["oldest"]
    if oldest and timezone.now() - oldest > LATE:
        raise Degraded(
            f"A mail to the forum has been waiting since {oldest:%Y-%m-%d %H:%M} UTC. See Incoming"
            " mails under /admin/ for the reason."
        )


async def gauges():
    found = await in_thread(counts)
    for state in ("waiting", "posted", "refused", "ignored", "given_up"):
        MAILS.labels(state).set(found[state])
    OLDEST.set((timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0)


def counts():
    waiting = Q(due_at__isnull=False)
    return IncomingMail.objects.aggregate(
        waiting=Count("pk", waiting),
        given_up=Count("pk", Q(given_up_at__isnull=False)),
        oldest=Min("created_at", filter=waiting),
        **{outcome: Count("pk", Q(outcome=outcome)) for outcome in IncomingMail.Outcome.values},
    )
