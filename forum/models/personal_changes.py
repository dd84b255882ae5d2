"""The personal stream: numbers the changes of everything private to one member.

Drafts, reading positions and the like are updated on all open pages of their member. Like the
changes of a topic, those of a member's stream are numbered: `User.personal_change` is the counter,
and numbers are comparable while `User.personal_epoch` stays the same. See docs/realtime.md, "The
personal stream".
"""

from typing import NamedTuple

from django.conf import settings
from django.db import connection, models, transaction

from forum.db import membership
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
        return self.record_for_all(kind, {member_id: key})[member_id]

    def record_for_all(self, kind, keys):
        """The same for several members, in as many queries: {id: new Head} of those that exist.

        keys: {member id: key}.

        Their rows stay locked until the transaction ends, so what is read next of these members is
        what was committed before this change, and nobody else changes their stream meanwhile.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError(
                "Record personal changes in a transaction."
            )
        heads = advance(list(keys))
        keys = {member: str(keys[member]) for member in heads}
        self.bulk_create(
            [
                self.model(member_id=member, kind=kind, key=keys[member], change=head.change)
                for member, head in heads.items()
            ],
            update_conflicts=True,
            unique_fields=["member", "kind", "key"],
            update_fields=["change"],
        )
        for member, head in heads.items():
            if head.change % PRUNE_EVERY == 0:
                self.filter(member=member, change__lte=head.change - REACH).delete()

        def announce():
            personal_changed.send_robust(sender=None, kind=kind, keys=keys, heads=heads)

        if heads:
            transaction.on_commit(announce, robust=True)
        return heads

    def since(self, member_id, change):
        """The changes after number `change`, in order."""
        return self.filter(member=member_id, change__gt=change).order_by("change")


def advance(member_ids):
    """Take the next number of each of these members: {id: Head}, by id.

    Locks the members' rows until the transaction ends, so that the order of numbers is the order of
    commits. Rows are locked by id, so that two transactions with several members don't deadlock.
    """
    from .users import User

    members = User.objects.filter(pk__among=member_ids)
    if len(member_ids) > 1:
        list(members.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    among, parameters = membership.condition("id", member_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE forum_user SET personal_change = personal_change + 1"  # noqa: S608 - constants
            f" WHERE {among} RETURNING id, personal_epoch, personal_change",
            parameters,
        )
        rows = sorted(cursor.fetchall())
    return {member: Head(epoch, change) for member, epoch, change in rows}


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
