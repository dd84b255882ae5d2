from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.jobs.outbox import OutboxQuerySet, OutboxRow
from forum.models import Upload


class Preparation(OutboxRow):
    """A picture that is to be prepared."""

    upload = models.OneToOneField(Upload, models.CASCADE, related_name="preparation")

    objects: ClassVar = OutboxQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("preparation of a picture")
        verbose_name_plural = _("preparations of pictures")

    def __str__(self):
        return str(self.upload)


class Deletion(models.Model):
    """A file that nothing needs any more. It stays for a while, for a backup that is being made."""

    path = models.CharField(max_length=60, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager["Deletion"]()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="uploads_deletions_by_age")]

    def __str__(self):
        return self.path


def plan_deletion(*paths):
    """Call it in the transaction that ends the need for these files."""
    rows = [Deletion(path=path) for path in paths]
    Deletion.objects.bulk_create(rows, ignore_conflicts=True)
