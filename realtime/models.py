from django.db import models
from django.db.models import F


class RevocationQuerySet(models.QuerySet["Revocation"]):
    def bump(self):
        """Counts one more, in the transaction that takes the right away; returns the new number."""
        if not self.filter(pk=1).update(number=F("number") + 1):
            self.bulk_create([self.model(pk=1)], ignore_conflicts=True)
        return self.current()

    def current(self):
        return self.filter(pk=1).values_list("number", flat=True).first() or 0


class Revocation(models.Model):
    """One row with the number of times that somebody may have lost a right. Others wait with theirs
    until it is committed, so the order of numbers is the order of commits; who reads it after a
    commit knows all that was taken away before.
    """

    number = models.PositiveBigIntegerField(default=1)

    objects = RevocationQuerySet.as_manager()

    def __str__(self):
        return str(self.number)
