from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from forum.db.optional_writes import LOCK_WAIT, optional_write
from forum.signals import seen

from .personal_changes import PersonalChange
from .topics import Topic

REPORT_WAIT = 3000  # milliseconds for SQLite's lock: pages report each number once


class ReadingQuerySet(models.QuerySet["Reading"]):
    def record_seen(self, user, topic_id, number):
        """Like `record`, for a number that a page reported.

        Ignores topics that `user` may not see and numbers of posts that don't exist.
        """
        topics = with_readings(Topic.objects.visible_to(user), user)
        for topic in topics.filter(pk=topic_id, last_number__gte=number):
            self.record(user, topic, number, REPORT_WAIT)

    def record(self, user, topic, number, lock_wait=LOCK_WAIT):
        """Store that `user` has read up to `number`; it never decreases.

        `topic` must come from `with_readings`. Database outages are logged, not raised: the page
        can be shown all the same.
        """
        if topic.read_to is not None and topic.read_to >= number:
            return
        with (
            optional_write("how far members have read", lock_wait),
            transaction.atomic(savepoint=False),
        ):
            if topic.read_to is None:
                self.bulk_create(
                    [self.model(user=user, topic=topic, number=number)], ignore_conflicts=True
                )
            elif not self.filter(user=user, topic=topic, number__lt=number).update(number=number):
                return
            PersonalChange.objects.record(user.pk, "reading", topic.pk)
            seen.send(self.model, member_id=user.pk, topic_id=topic.pk, number=number)

    def personal(self, user, topic_ids):
        """{topic id as text: number of the last post read} for the topics that `user` may see."""
        found = self.filter(user=user, topic__in=Topic.objects.visible_to(user))
        rows = found.filter(topic__in=topic_ids).values_list("topic", "number")
        return {str(topic): number for topic, number in rows}


def with_readings(topics, user, unopened=None):
    """Annotate each topic with `read_to`, the number of the last post that `user` has read there.

    It is `unopened` if the member has never opened the topic, and None for guests.
    """
    if not user.is_authenticated:
        return topics.annotate(read_to=Value(None, output_field=models.IntegerField()))
    read = Reading.objects.filter(user_id=user.pk, topic=OuterRef("pk"))
    number = Subquery(read.values("number"))
    return topics.annotate(
        read_to=number if unopened is None else Coalesce(number, Value(unopened))
    )


class Reading(models.Model):
    """How far one member has read in one topic."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings")
    topic = models.ForeignKey("forum.Topic", models.CASCADE, related_name="readings")
    number = models.PositiveIntegerField()

    objects = ReadingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "topic"], name="one_reading_per_reader_and_topic"
            )
        ]

    def __str__(self):
        return f"{self.user_id} read {self.topic_id} to {self.number}"
