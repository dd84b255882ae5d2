"""The personal stream: numbers the changes of everything private to one member.

Drafts, reading positions and the like are updated on all open pages of their member. Like the
changes of a topic, those of a member's stream are numbered: `User.personal_change` is the counter,
and numbers are comparable while `User.personal_epoch` stays the same. See docs/realtime.md, "The
personal stream".
"""

from typing import NamedTuple

from django.conf import settings
from django.db import connection, models, transaction

from forum.signals import personal_changed

REACH = 500  # changes kept; pages further behind reload their personal parts
PRUNE_EVERY = 100  # changes


class Head(NamedTuple):
    """The current end of a member's stream."""

    epoch: str
    change: int


class PersonalChangeQuerySet(models.QuerySet["PersonalChange"]):
    def record(self, member_id, kind, key):
        """Record a change in the transaction that makes it, and return the new Head.

        Sends a signal after commit.

        kind: one registered in forum/pages/personal.py. key: identifies what has changed within
        its kind; only its latest change is kept. Raises TransactionManagementError outside of a
        transaction.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError(
                "Record personal changes in a transaction."
            )
        head = advance(member_id)
        self.bulk_create(
            [self.model(member_id=member_id, kind=kind, key=str(key), change=head.change)],
            update_conflicts=True,
            unique_fields=["member", "kind", "key"],
            update_fields=["change"],
        )
        if head.change % PRUNE_EVERY == 0:
            self.filter(member=member_id, change__lte=head.change - REACH).delete()

        def announce():
            personal_changed.send_robust(
                sender=None, member_id=member_id, kind=kind, key=str(key), head=head
            )

        transaction.on_commit(announce, robust=True)
        return head

    def since(self, member_id, change):
        """The changes after number `change`, in order."""
        return self.filter(member=member_id, change__gt=change).order_by("change")


def advance(member_id):
    """Take the next number, and return the Head.

    Locks the member's row until the transaction ends, so that the order of numbers is the order of
    commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE forum_user SET personal_change = personal_change + 1 WHERE id = %s"
            " RETURNING personal_epoch, personal_change",
            [member_id],
        )
        return Head(*cursor.fetchone())


class PersonalChange(models.Model):
    """The latest change of one item in a member's stream; its current state is in its own table."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=40)
    change = models.PositiveBigIntegerField()

    objects = PersonalChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "key"], name="one_personal_change_per_thing"
            )
        ]
        indexes = [models.Index(fields=["member", "change"], name="personal_changes_in_order")]

    def __str__(self):
        return f"{self.change}: {self.kind} {self.key} of {self.member_id}"
