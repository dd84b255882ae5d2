"""Snapshots of the first pages of lists, and the differences between two of them."""

from forum.models import Post, Topic
from forum.pages.topic_lists import SIZE
from realtime.protocol import groups

FIELDS = ("pk", "row_change", "bumped_at")


class Snapshot:
    """The first pages of some lists at one moment."""

    def __init__(self):
        self.newest = 0  # id of the forum's last post
        self.changes = {}  # topic id -> the last change that lists show
        self.keys = {}  # topic id -> (bumped_at, id), by which lists are ordered
        self.lists = {}  # group -> {topic ids}, including pinned ones
        self.ends = {}  # group -> key of the last topic; None if the list has no second page


def take(groups_here):
    """A Snapshot of the lists that these groups of pages need."""
    found = Snapshot()
    found.newest = Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for group in wanted(groups_here):
        topics, in_order = topics_of(group)
        top = list(in_order.filter(pinned_at=None).values_list(*FIELDS)[:SIZE])
        pinned = topics.pinned().values_list(*FIELDS)
        for pk, change, bumped_at in [*top, *pinned]:
            found.changes[pk], found.keys[pk] = change, (bumped_at, pk)
            found.lists.setdefault(group, set()).add(pk)
        found.ends[group] = (top[-1][2], top[-1][0]) if len(top) == SIZE else None
    return found


def wanted(groups_here):
    """The groups of the lists to look at: also those in which pages only count new posts."""
    lists = {groups.LATEST if group == groups.EVERYONE else group for group in groups_here}
    return sorted({group.replace("everyone.", "list.category.") for group in lists})


def topics_of(group):
    """(the topics of a list, the same in their order): see groups.py."""
    kind, *ids = group.removeprefix("list.").split(".")
    if kind == "category":
        topics = Topic.objects.filter(category=int(ids[0]))
        return topics, topics.in_order()
    if kind == "latest":
        return Topic.objects.public(), Topic.objects.public().in_order()
    tag, *category = map(int, ids)
    topics = Topic.objects.filter(category__in=category) if category else Topic.objects.public()
    in_order = topics.along_tag(tag).order_by("-here__bumped_at", "-here__topic")
    return topics.with_tag(tag), in_order


def changed(known, now):
    """[(topic id, change in the known Snapshot or None)] of topics that were changed or are new.

    Not of those that have only moved up, since others have left. Of a list that `known` does not
    have all topics: its pages came after the last sweep, and ignore the rows that they have.
    """
    found = {}
    for group, topics in now.lists.items():
        for pk in topics:
            before = known.changes.get(pk)
            is_due = (
                now.changes[pk] > before
                if before is not None
                else is_new(known, group, now.keys[pk])
            )
            if is_due:
                found[pk] = before
    return list(found.items())


def is_new(known, group, key):
    if group not in known.ends:
        return True
    return known.ends[group] is None or key > known.ends[group]


def left(known, now):
    """[(group, topic id, change in `known`)] of topics that left a list because they changed."""
    gone = {
        (group, pk)
        for group in now.ends
        for pk in known.lists.get(group, set()) - now.lists.get(group, set())
    }
    changes = (
        dict(Topic.objects.filter(pk__in={pk for _, pk in gone}).values_list("pk", "row_change"))
        if gone
        else {}
    )
    return [
        (group, pk, known.changes[pk])
        for group, pk in gone
        if changes.get(pk, 0) > known.changes[pk]
    ]
