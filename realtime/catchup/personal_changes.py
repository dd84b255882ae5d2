"""Queries what a member's pages have missed of their personal stream."""

from forum.models import PersonalChange, User
from forum.models.personal_changes import REACH, Head
from forum.pages import personal
from realtime.protocol import events
from realtime.protocol.answers import MemberGone, PersonalChanges, PersonalReload
from realtime.protocol.events import PersonalUpdate

LIMIT = 50  # changes in one answer; the page asks for more until it has all
BYTES = 256 * 1024  # of events in one answer, roughly
MANY = 500  # ids in one query


def answer(user, member, epoch, since) -> PersonalChanges | PersonalReload | MemberGone:
    """The changes in the stream of `member` (id) after `since`; gone for any other `user`."""
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
    """{id: Head} of those of these members that exist."""
    heads, ids = {}, list(members)
    for start in range(0, len(ids), MANY):
        found = User.objects.filter(pk__in=ids[start : start + MANY])
        rows = found.values_list("pk", "personal_epoch", "personal_change")
        heads |= {pk: Head(epoch, change) for pk, epoch, change in rows}
    return heads


def since_change(user, head, since) -> tuple[list[PersonalUpdate], bool]:
    """(events after `since` up to `head`, whether there are more); up to LIMIT, of about BYTES."""
    missed: list[PersonalUpdate] = []
    size = 0
    changes = PersonalChange.objects.since(user.pk, since).filter(change__lte=head.change)
    changes = list(changes[: LIMIT + 1])
    for change, thing in personal.with_states(user, changes[:LIMIT]):
        if size > BYTES:
            return missed, True
        missed.append(
            events.personal_update(user.pk, head, change.change, change.kind, change.key, thing)
        )
        size += len(events.encode(missed[-1]))
    return missed, len(changes) > LIMIT
