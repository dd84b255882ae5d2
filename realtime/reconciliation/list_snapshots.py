"""Snapshots of the first pages of lists, as a sweep sees them, and what changed between two of
them.
"""

from django.contrib.auth.models import AnonymousUser

from forum.models import Category, Post, Topic
from forum.pages.topic_lists import SIZE
from realtime.protocol import groups

FIELDS = ("pk", "change", "bumped_at")


class Tops:
    def __init__(self):
        self.newest = 0  # post id
        self.changes = {}  # topic id -> change
        self.keys = {}  # topic id -> (activity, id), by which lists are ordered
        self.lists = {}  # group -> {topic ids}, pinned ones among them
        self.ends = {}  # group -> key of the last one, None when all are there


def look(groups_here):
    found = Tops()
    found.newest = Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for group in wanted(groups_here):
        topics = topics_of(group)
        top = list(topics.filter(pinned_at=None).in_order().values_list(*FIELDS)[:SIZE])
        pinned = topics.pinned().values_list(*FIELDS)
        for pk, change, bumped_at in [*top, *pinned]:
            found.changes[pk], found.keys[pk] = change, (bumped_at, pk)
            found.lists.setdefault(group, set()).add(pk)
        found.ends[group] = (top[-1][2], top[-1][0]) if len(top) == SIZE else None
    return found


def wanted(groups_here):
    """Groups of lists: who counts news of a category has to look at its list."""
    lists = {groups.LATEST if group == groups.EVERYONE else group for group in groups_here}
    return sorted({group.replace("everyone.", "list.category.") for group in lists})


def topics_of(group):
    if group == groups.LATEST:
        return Topic.objects.filter(category__in=Category.objects.visible_to(AnonymousUser()))
    return Topic.objects.filter(category=int(group.rpartition(".")[2]))


def risen(known, now):
    """[(topic id, change before or None)] of the changed and the new, not those that others made
    room for.

    A list that is new here has a page that came after the last sweep: it gets all, and ignores what
    it has.
    """
    news = {}
    for group, topics in now.lists.items():
        for pk in topics:
            before = known.changes.get(pk)
            changed = (
                now.changes[pk] > before
                if before is not None
                else is_new(known, group, now.keys[pk])
            )
            if changed:
                news[pk] = before
    return list(news.items())


def is_new(known, group, key):
    if group not in known.ends:
        return True
    return known.ends[group] is None or key > known.ends[group]


def left(known, now):
    """[(group, topic id, change before)] of those that stand there no more and were not just
    overtaken.
    """
    gone = {
        (group, pk)
        for group in now.ends
        for pk in known.lists.get(group, set()) - now.lists.get(group, set())
    }
    changes = (
        dict(Topic.objects.filter(pk__in={pk for _, pk in gone}).values_list("pk", "change"))
        if gone
        else {}
    )
    return [
        (group, pk, known.changes[pk])
        for group, pk in gone
        if changes.get(pk, 0) > known.changes[pk]
    ]
