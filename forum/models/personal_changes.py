"""The personal stream: numbers the changes of everything that belongs to one member alone.

Drafts, reading marks and the like are shown on all open pages of their member. As each change of a
topic has a number, so has each change in a member's stream: `User.personal_change` counts them,
`User.personal_epoch` says whether numbers can be compared. docs/realtime.md, "The personal stream".
"""

from typing import NamedTuple

from django.conf import settings
from django.db import connection, models, transaction

from forum.signals import personal_changed

REACH = 500  # changes that are kept; pages further behind load their personal parts again
PRUNE_EVERY = 100  # changes


class Head(NamedTuple):
    """How far a member's stream has come."""

    epoch: str
    change: int


class PersonalChangeQuerySet(models.QuerySet["PersonalChange"]):
    def record(self, member_id, kind, key):
        """Numbers one more change, in the transaction that makes it, and announces it after commit.
        Returns the new Head.

        Raises TransactionManagementError outside of one.

        kind: one that forum/pages/personal.py knows. key: a text that says which thing of this
        kind has changed; its latest change alone is kept.
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
        """The changes after number `change`, in their order."""
        return self.filter(member=member_id, change__gt=change).order_by("change")


def advance(member_id):
    """The Head with the next number. Locks the member's row until the transaction ends, so the
    order of numbers is the order of commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE forum_user SET personal_change = personal_change + 1 WHERE id = %s"
            " RETURNING personal_epoch, personal_change",
            [member_id],
        )
        return Head(*cursor.fetchone())


class PersonalChange(models.Model):
    """The latest change of one thing in a member's stream. What it is now, and whether it is still
    there, its own table says.
    """

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
