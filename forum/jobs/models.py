from datetime import timedelta

from django.db import models
from django.utils import timezone

LEASE = timedelta(minutes=10)  # for a run; if its process is killed, it is due again after this


class RunQuerySet(models.QuerySet["Run"]):
    def claim(self, name, interval):
        """The Run, if it is due and no other process was quicker; else None."""
        run, _created = self.get_or_create(name=name, defaults={"due_at": timezone.now()})
        now, next_at = timezone.now(), timezone.now() + min(interval, LEASE)
        clock_was_set_back = run.due_at > now + max(interval, LEASE)
        if run.due_at > now and not clock_was_set_back:
            return None
        claimed = self.filter(name=name, due_at=run.due_at).update(due_at=next_at, began_at=now)
        return self.get(name=name) if claimed else None


class Run(models.Model):
    """When a periodic job is due, for all processes together."""

    name = models.CharField(max_length=100, unique=True)
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = RunQuerySet.as_manager()

    def __str__(self):
        return self.name

    def ended(self, interval, error=None):
        """Writes only when there is something to say: short intervals end where `claim` put
        them.
        """
        words = str(error or "")[:300]
        due_at = self.began_at + interval if interval > LEASE and not error else self.due_at
        if (words, due_at) != (self.error, self.due_at):
            type(self).objects.filter(pk=self.pk, due_at=self.due_at).update(
                error=words, due_at=due_at
            )
