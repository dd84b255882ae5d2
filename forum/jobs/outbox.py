"""Outbox rows: messages to be sent to the outside, written in the transaction they belong to.

`due_at` is the whole state: when to try next, or None when nothing is left to do. A worker takes a
row by moving `due_at` ahead, so a row whose worker was killed is due again, and no two workers have
one at the same time, as long as each attempt ends within LEASE.
"""

import logging
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)  # for one attempt
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=4)  # between two attempts
ATTEMPTS = 15  # within about a day


class OutboxQuerySet(models.QuerySet["OutboxRow"]):
    def waiting(self):
        return self.exclude(due_at=None)

    def due(self):
        return self.filter(due_at__lte=timezone.now())

    def take(self):
        """A row that is due, as this worker's own for LEASE; or None."""
        while row := self.due().order_by("due_at", "pk").first():
            if row.attempts >= ATTEMPTS:
                row.give_up(_("Each worker that tried it was killed."))
            elif row.lease():
                return row
        return None


class OutboxRow(models.Model):
    created_at = models.DateTimeField(gettext_lazy("written"), auto_now_add=True)
    due_at = models.DateTimeField(gettext_lazy("next attempt"), default=timezone.now, null=True)
    attempts = models.PositiveSmallIntegerField(gettext_lazy("attempts"), default=0)
    error = models.CharField(gettext_lazy("reason"), max_length=300, blank=True)
    sent_at = models.DateTimeField(gettext_lazy("sent"), null=True)
    given_up_at = models.DateTimeField(gettext_lazy("given up"), null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                "due_at", condition=Q(due_at__isnull=False), name="%(app_label)s_%(class)s_due"
            )
        ]

    def lease(self):
        """Whether it is this worker's own from now on."""
        until = timezone.now() + LEASE
        if not self._change(due_at=until, attempts=F("attempts") + 1):
            return False
        self.due_at, self.attempts = until, self.attempts + 1
        return True

    def sent(self, **fields):
        return self._change(due_at=None, sent_at=timezone.now(), error="", **fields)

    def retry(self, error):
        """After a failure that may pass: later, each time twice as much later."""
        if self.attempts >= ATTEMPTS:
            return self.give_up(error)
        later = min(FIRST * 2 ** (self.attempts - 1), LONGEST)
        return self._change(due_at=timezone.now() + later, error=str(error)[:300])

    def give_up(self, error):
        """After a failure that won't pass by itself; owners see the row and may try again."""
        logger.error(
            "%s %s was given up after %s attempts: %s",
            self._meta.label,
            self.pk,
            self.attempts,
            error,
        )
        return self._change(due_at=None, given_up_at=timezone.now(), error=str(error)[:300])

    def try_again(self):
        return self._change(due_at=timezone.now(), attempts=0, given_up_at=None, error="")

    def _change(self, **fields):
        """Only if nobody else took it since this object was read."""
        return bool(type(self).objects.filter(pk=self.pk, due_at=self.due_at).update(**fields))
