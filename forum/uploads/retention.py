"""Deletes what was uploaded and is in no post, not even in a former text of one, after a day."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from forum.jobs import every
from forum.jobs.running import stopping
from forum.models import Upload

UNUSED = timedelta(days=1)
BATCH = 100


@every(hours=1)
def delete_unused():
    while not stopping.is_set():
        if not delete_some():
            return


def delete_some():
    """Delete up to BATCH; the rows first, so that no post can begin to use one meanwhile."""
    old = Upload.objects.unused().filter(created_at__lt=timezone.now() - UNUSED)
    with transaction.atomic():
        rows = Upload.objects.select_for_update(of=("self",)).filter(pk__in=old.values("pk"))
        uploads = list(rows.order_by("pk")[:BATCH])
        unused = Upload.objects.unused().filter(pk__in=[upload.pk for upload in uploads])
        gone = set(unused.values_list("pk", flat=True))
        unused.delete()
    for upload in uploads:
        if upload.pk in gone:
            upload.delete_files(*upload.variants)
    return len(gone)
