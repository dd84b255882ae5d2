from datetime import timedelta

from django.db import models
from django.utils import timezone

LEASE = timedelta(minutes=10)  # after this a run whose process was killed is due again


class RunQuerySet(models.QuerySet["Run"]):
    def claim(self, name, interval):
        """The Run if it is due and no other process has claimed it, otherwise None."""
        run, _created = self.get_or_create(name=name, defaults={"due_at": timezone.now()})
        now, next_at = timezone.now(), timezone.now() + min(interval, LEASE)
        clock_was_set_back = run.due_at > now + max(interval, LEASE)
        if run.due_at > now and not clock_was_set_back:
            return None
        claimed = self.filter(name=name, due_at=run.due_at).update(due_at=next_at, began_at=now)
        return self.get(name=name) if claimed else None


class Run(models.Model):
    """The schedule of a periodic job, shared by all processes."""

    name = models.CharField(max_length=100, unique=True)
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = RunQuerySet.as_manager()

    def __str__(self):
        return self.name

    def finish(self, interval, error=None):
        """Save the error and the next time; no write if `claim` has already set both."""
        message = str(error or "")[:300]
        due_at = self.began_at + interval if interval > LEASE and not error else self.due_at
        if (message, due_at) != (self.error, self.due_at):
            type(self).objects.filter(pk=self.pk, due_at=self.due_at).update(
                error=message, due_at=due_at
            )
