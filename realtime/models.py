from django.db import models
from django.db.models import F


class RevocationQuerySet(models.QuerySet["Revocation"]):
    def bump(self):
        """Increments the number, in the transaction that revokes a right; returns the new one."""
        if not self.filter(pk=1).update(number=F("number") + 1):
            self.bulk_create([self.model(pk=1)], ignore_conflicts=True)
        return self.current()

    def current(self):
        return self.filter(pk=1).values_list("number", flat=True).first() or 0


class Revocation(models.Model):
    """One row that counts how often rights may have been revoked.

    The row is locked until the transaction commits, so the order of numbers is the order of
    commits, and a reader of the number knows of all revocations up to it.
    """

    number = models.PositiveBigIntegerField(default=1)

    objects = RevocationQuerySet.as_manager()

    def __str__(self):
        return str(self.number)
