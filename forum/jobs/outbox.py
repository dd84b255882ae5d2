"""Outbox rows: outgoing messages, written in the transaction they belong to.

`due_at` is the whole state: the time of the next attempt, or None when nothing is left to do. A
worker takes a row by advancing `due_at`, so a row whose worker was killed becomes due again, and no
two workers hold it at the same time, provided that each attempt ends within the lease.
"""

import logging
from datetime import timedelta
from typing import TypeVar

from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)  # for one attempt, unless a model says otherwise
FIRST_DELAY, MAX_DELAY = timedelta(seconds=30), timedelta(hours=4)  # between attempts
MAX_ATTEMPTS = 15  # takes about a day
Row = TypeVar("Row", bound="OutboxRow")


class OutboxQuerySet(models.QuerySet[Row, Row]):
    def waiting(self):
        return self.exclude(due_at=None)

    def due(self):
        return self.filter(due_at__lte=timezone.now())

    def take(self):
        """Lease a row that is due and return it, or None. One statement, for one of all rows."""
        while row := self._lease_first():
            if row.attempts <= MAX_ATTEMPTS:
                return row
            row.give_up(_("Every worker that tried was killed."))
        return None

    def _lease_first(self):
        fields = self.model._meta
        key, now = fields.pk.column, timezone.now()
        skip_locked = connection.features.has_select_for_update_skip_locked
        lock = "FOR UPDATE SKIP LOCKED" if skip_locked else ""  # SQLite has one writer
        lease = (
            f"UPDATE {fields.db_table} SET due_at = %s, attempts = attempts + 1"  # noqa: S608
            f" WHERE {key} = (SELECT {key} FROM {fields.db_table} WHERE due_at <= %s"
            f" ORDER BY due_at, {key} LIMIT 1 {lock}) AND due_at <= %s RETURNING *"
        )
        adapt = connection.ops.adapt_datetimefield_value
        times = [adapt(moment) for moment in (now + self.model.LEASE, now, now)]
        return next(iter(self.model.objects.raw(lease, times)), None)


class OutboxRow(models.Model):
    LEASE = LEASE
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
        """Reserve the row for this worker; False if another one was faster."""
        until = timezone.now() + self.LEASE
        if not self._change(due_at=until, attempts=F("attempts") + 1):
            return False
        self.due_at, self.attempts = until, self.attempts + 1
        return True

    def mark_sent(self, **fields):
        return self._change(due_at=None, sent_at=timezone.now(), error="", **fields)

    def retry(self, error, pause=timedelta(0)):
        """After a temporary failure: try again later, with exponential back-off.

        pause: at least so much later.
        """
        if self.attempts >= MAX_ATTEMPTS:
            return self.give_up(error)
        later = max(min(FIRST_DELAY * 2 ** (self.attempts - 1), MAX_DELAY), pause)
        return self._change(due_at=timezone.now() + later, error=str(error)[:300])

    def wait_until(self, moment):
        """Don't try before this moment; this attempt was none."""
        return self._change(due_at=moment, attempts=0)

    def give_up(self, error):
        """After a permanent failure: stop. Owners see the row in the admin and may retry it."""
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
        """Update the row; False if another worker has taken it since it was read."""
        return bool(type(self).objects.filter(pk=self.pk, due_at=self.due_at).update(**fields))
