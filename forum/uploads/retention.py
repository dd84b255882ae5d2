"""Deletes what was uploaded and is in no post, not even in a former text of one, after a day.

Files go a day after their rows: a backup copies the rows first, and then the files that they need.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from forum.jobs import every
from forum.jobs.running import stopping
from forum.models import Upload
from forum.models.uploads import storage

from . import ownership
from .models import Deletion, plan_deletion

logger = logging.getLogger(__name__)
UNUSED = timedelta(days=1)
UNNEEDED = timedelta(days=1)  # of files, in which a backup has to be complete
BATCH = 100


@every(hours=1)
def delete_unused():
    while not stopping.is_set():
        if not delete_some():
            return


def delete_some():
    """Delete the rows of up to BATCH; locked, so that no post can begin to use one meanwhile."""
    old = Upload.objects.unused().filter(created_at__lt=timezone.now() - UNUSED)
    with transaction.atomic():
        rows = Upload.objects.select_for_update(of=("self",)).filter(pk__in=old.values("pk"))
        uploads = list(rows.order_by("pk")[:BATCH])
        unused = Upload.objects.unused().filter(pk__in=[upload.pk for upload in uploads])
        gone = set(unused.values_list("pk", flat=True))
        for upload in uploads:
            if upload.pk in gone:
                plan_deletion(*map(upload.path, upload.variants))
        unused.delete()
    return len(gone)


@every(hours=1)
def delete_files():
    """Those that nothing has needed for a day. What the storage can't delete is tried again."""
    try:
        if not ownership.is_ours():
            return
    except OSError as error:
        logger.warning("Files can't be deleted: %s", error)
        return
    old = Deletion.objects.filter(created_at__lt=timezone.now() - UNNEEDED).order_by("pk")
    for row in old.iterator(BATCH):
        if stopping.is_set():
            return
        try:
            storage().delete(row.path)
        except OSError as error:
            logger.warning("%s could not be deleted: %s", row.path, error)
            return
        row.delete()
