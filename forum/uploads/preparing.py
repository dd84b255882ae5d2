"""Prepares pictures that were uploaded, and shows them in the posts that use them already.

A worker that is killed leaves the row due, and another one does all of it again: storing a picture
replaces what an attempt has left, and a post that shows it already stays as it is.
"""

import logging

from django.db import DatabaseError

from forum.images.errors import Refused
from forum.images.processing import process
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.jobs.workers import run_soon
from forum.models import Post
from forum.models.uploads import SOURCE

from .models import Preparation, plan_deletion

logger = logging.getLogger(__name__)


def on_uploaded(upload, **kwargs):
    Preparation.objects.create(upload=upload)
    prepare.after_commit()


@every(seconds=30)
def sweep():
    """Finds due rows without a hint: those of killed workers, or to be retried."""
    if Preparation.objects.due().exists():
        run_soon(prepare)


@job
def prepare():
    while not stopping.is_set():
        row = Preparation.objects.take()
        if not row:
            return
        prepare_one(row)


def prepare_one(row):
    try:
        if row.upload.state == row.upload.State.WAITING:
            finish(row.upload)
        if row.upload.is_avatar and row.upload.is_ready:
            row.upload.show_as_avatar()
        for post in Post.objects.filter(uses__upload=row.upload, uses__is_shown=True):
            post.show_new_pictures()
        plan_deletion(row.upload.path(SOURCE))
        row.mark_sent()
    except DatabaseError as error:
        row.retry(error)
    except OSError as error:  # of the storage
        logger.warning("Upload %s could not be stored: %s", row.upload_id, error)
        row.retry(error)
    except Exception as error:  # noqa: BLE001 - one odd picture must not stop the others
        logger.exception("Upload %s could not be prepared.", row.upload_id)
        row.retry(f"{type(error).__name__}: {error}")


def finish(upload):
    with upload.open(SOURCE) as file:
        content = file.read()
    try:
        picture = process(content, "avatar" if upload.is_avatar else "picture")
    except Refused as refused:
        upload.become_refused(refused.reason)
    else:
        upload.become_ready(picture)
