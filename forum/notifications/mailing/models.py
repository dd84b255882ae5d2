from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forum.jobs.outbox import OutboxQuerySet, OutboxRow


class Delivery(OutboxRow):
    """An email of its own for a notice; kept with it, so that nobody gets a second one."""

    notice = models.OneToOneField("notifications.Notice", models.CASCADE, verbose_name=_("notice"))
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        db_index=False,  # see Meta.indexes
        verbose_name=_("member"),
    )

    objects: ClassVar = OutboxQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes: ClassVar = [
            *OutboxRow.Meta.indexes,
            models.Index(
                fields=["member", "due_at"],
                condition=Q(due_at__isnull=False),
                name="deliveries_of_member",
            ),
            models.Index(
                fields=["given_up_at"],
                condition=Q(given_up_at__isnull=False),
                name="deliveries_given_up",
            ),
        ]

    def __str__(self):
        return str(self.notice)


class Digest(OutboxRow):
    """When a member's next digest is due: None until a notice is stored that belongs into one.

    last_notice: the id of the last notice that was considered for one.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="digest",
        verbose_name=_("member"),
    )
    last_notice = models.BigIntegerField(default=0)

    objects: ClassVar = OutboxQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("digest")
        verbose_name_plural = _("digests")

    def __str__(self):
        return str(self.member)
