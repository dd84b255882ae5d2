"""Health checks of the job queue."""

from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from forum.observability.health import Degraded, in_thread

from .models import Run

SILENCE = timedelta(minutes=3)  # longer than the interval between two periodic jobs


async def workers():
    seen = await in_thread(last_seen)
    if seen is None or timezone.now() - seen > SILENCE:
        when = "yet" if seen is None else f"since {seen:%Y-%m-%d %H:%M} UTC"
        raise Degraded(
            f"No worker has run {when}, so no email is sent. Run manage.py work, or set"
            " JOB_THREADS above 0."
        )


def last_seen():
    return Run.objects.aggregate(seen=Max("began_at"))["seen"]
