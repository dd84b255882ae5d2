"""Health checks and metrics of uploads."""

from datetime import timedelta

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from forum.models import Upload
from forum.observability.health import Degraded, in_thread
from forum.observability.metrics import Gauge

from . import ownership
from .models import Preparation

LATE = timedelta(minutes=10)

PREPARATIONS = Gauge(
    "parley_preparations",
    "Pictures to prepare by state.",
    ["state"],
    multiprocess_mode="mostrecent",
)
OLDEST = Gauge(
    "parley_preparations_oldest_seconds",
    "Age of the oldest picture that waits.",
    multiprocess_mode="mostrecent",
)
UPLOADS = Gauge("parley_uploads", "Pictures and files.", multiprocess_mode="mostrecent")
BYTES = Gauge("parley_uploads_bytes", "Their bytes.", multiprocess_mode="mostrecent")
MISSING = Gauge(
    "parley_uploads_missing", "Those whose file is missing.", multiprocess_mode="mostrecent"
)


async def uploads():
    oldest = (await in_thread(preparations))["oldest"]
    if oldest and timezone.now() - oldest > LATE:
        raise Degraded(
            f"A picture has been waiting to be prepared since {oldest:%Y-%m-%d %H:%M} UTC. See"
            " Preparations under /admin/ for the reason."
        )
    if await in_thread(belongs_elsewhere):
        raise Degraded(
            "The storage of uploads belongs to another database, so no file is deleted. If this"
            " one was moved, run: manage.py adopt_uploads. If it is a copy, give it another"
            " UPLOADS_ROOT."
        )
    missing = await in_thread(Upload.objects.exclude(missing_since=None).count)
    if missing:
        raise Degraded(
            f"{missing} uploads have no file any more. See Uploads under /admin/, and restore them"
            " from a backup."
        )


def belongs_elsewhere():
    try:
        return ownership.marked() not in ("", ownership.here())
    except OSError:
        return False  # other checks tell of a storage that doesn't work


async def gauges():
    found = await in_thread(preparations)
    for state in ("waiting", "failing", "given_up"):
        PREPARATIONS.labels(state).set(found[state])
    OLDEST.set((timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0)
    stored = await in_thread(sums)
    UPLOADS.set(stored["uploads"])
    BYTES.set(stored["bytes"] or 0)
    MISSING.set(stored["missing"])


def preparations():
    waiting = Q(due_at__isnull=False)
    return Preparation.objects.aggregate(
        waiting=Count("pk", waiting),
        failing=Count("pk", waiting & ~Q(error="")),
        given_up=Count("pk", Q(given_up_at__isnull=False)),
        oldest=Min("created_at", filter=waiting),
    )


def sums():
    return Upload.objects.aggregate(
        uploads=Count("pk"),
        bytes=Sum("size"),
        missing=Count("pk", Q(missing_since__isnull=False)),
    )
