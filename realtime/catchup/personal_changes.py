"""Asks the database what a member's pages have missed of their personal stream."""

from forum.models import PersonalChange, User
from forum.models.personal_changes import REACH, Head
from forum.pages import personal
from realtime.protocol import events
from realtime.protocol.answers import MemberGone, PersonalChanges, PersonalReload
from realtime.protocol.events import PersonalUpdate

LIMIT = 50  # changes in one answer; the page asks on while there is more
BYTES = 256 * 1024
MANY = 500  # ids in one query


def answer(user, member, epoch, since) -> PersonalChanges | PersonalReload | MemberGone:
    """What came in the stream of `member` after change `since`; gone unless `user` is that
    member.
    """
    head = head_of(member) if user.pk == member else None
    if head is None:
        return {"type": "gone", "member": member}
    if epoch != head.epoch or not head.change - REACH <= since <= head.change:
        return {"type": "reload", "member": member, "epoch": head.epoch, "change": head.change}
    missed, more = ([], False) if since == head.change else since_change(user, head, since)
    return {
        "type": "changes",
        "member": member,
        "epoch": head.epoch,
        "since": since,
        "change": missed[-1]["change"] if more else head.change,
        "events": missed,
        "more": more,
    }


def head_of(member) -> Head | None:
    return heads_of([member]).get(member)


def heads_of(members) -> dict[int, Head]:
    """{id: Head} of these members, those that are there."""
    heads, ids = {}, list(members)
    for start in range(0, len(ids), MANY):
        found = User.objects.filter(pk__in=ids[start : start + MANY])
        rows = found.values_list("pk", "personal_epoch", "personal_change")
        heads |= {pk: Head(epoch, change) for pk, epoch, change in rows}
    return heads


def since_change(user, head, since) -> tuple[list[PersonalUpdate], bool]:
    """(events after `since` up to `head`, whether there are more). At most LIMIT, and BYTES or
    so.

    What changed after `head` was read is left for the next time.
    """
    missed: list[PersonalUpdate] = []
    size = 0
    changes = PersonalChange.objects.since(user.pk, since).filter(change__lte=head.change)
    changes = list(changes[: LIMIT + 1])
    for change, thing in personal.things(user, changes[:LIMIT]):
        if size > BYTES:
            return missed, True
        missed.append(
            events.personal_update(user.pk, head, change.change, change.kind, change.key, thing)
        )
        size += len(events.encode(missed[-1]))
    return missed, len(changes) > LIMIT
