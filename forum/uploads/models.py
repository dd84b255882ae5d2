from typing import ClassVar

from django.db import models
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
