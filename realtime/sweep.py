"""The layer is never trusted: every few seconds the hub asks the database what its pages have not been told.

So a post saved by any process, with or without Redis, reaches every page. Costs one query for all topics on show and
one per list, however many pages there are.
"""

import asyncio
import logging

from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser

from forum.lists import SIZE
from forum.models import Category, Topic

from . import events, feed, groups

logger = logging.getLogger(__name__)
EVERY = 10.0  # seconds
MANY = 500  # ids in one query


async def run(hub):
    known = None
    while True:
        if hub.pages:
            try:
                known = await sweep(hub, known)
            except Exception:
                logger.exception("The sweep failed; it is tried again.")
        else:
            known = None
        await asyncio.sleep(EVERY)


async def sweep(hub, known):
    """Delivers what is missing. `known` is the Snapshot of the sweep before, or None; returns the new one."""
    shown = {topic: head for topic, head in hub.heads.items()}
    lists = [group for group in hub.members if group.startswith(("list.", groups.EVERYONE))]
    snapshot, told = await database_sync_to_async(look)(shown, lists, known)
    for group, topic, epoch, change, text in told:
        if hub.told.get((group, topic), -1) < change:
            await hub.deliver(group, topic, epoch, change, text)
    hub.told = {key: change for key, change in hub.told.items() if key[1] in snapshot.changes}
    return snapshot


class Snapshot:
    """The tops of the lists as a sweep saw them: {topic id: change}, and where each list ended."""

    def __init__(self):
        self.changes, self.ends = {}, {}


def look(shown, lists, known):
    """(the new Snapshot, [(group, topic id, epoch, change, text)] that pages have to be told)."""
    told = []
    for topic, since in behind(shown):
        told += topic_news(topic, since)
    snapshot = Snapshot()
    for name, topics in tops(lists):
        snapshot.ends[name] = topics[-1][2] if len(topics) == SIZE else None
        for pk, change, key in topics:
            snapshot.changes[pk] = change
            if known and is_news(known, name, pk, change, key):
                told += list_news(pk, known.changes.get(pk))
    return snapshot, list(dict.fromkeys(told))


def behind(shown):
    """Topics on show whose head has moved on: [(topic, change that pages have been told)]."""
    ids = list(shown)
    for start in range(0, len(ids), MANY):
        for topic in Topic.objects.for_display().filter(pk__in=ids[start : start + MANY]):
            epoch, change = shown[topic.pk]
            if topic.epoch != epoch:
                yield topic, 0
            elif topic.change > change:
                yield topic, change


def topic_news(topic, since):
    group = groups.of_topic(topic.pk)
    missed, _more = feed.news_of(topic, since)
    return [(group, topic.pk, topic.epoch, event["change"], events.encode(event)) for event in missed]


def tops(lists):
    """(group, [(topic id, change, key)]) of the first page of each list that some page here shows or counts."""
    wanted = {group.replace("everyone.", "list.category.") for group in lists if group != groups.EVERYONE}
    if groups.EVERYONE in lists:
        wanted.add(groups.LATEST)
    for group in sorted(wanted):
        topics = Topic.objects.in_order()
        if group == groups.LATEST:
            topics = topics.filter(category__in=Category.objects.visible_to(AnonymousUser()))
        else:
            topics = topics.filter(category=int(group.rpartition(".")[2]))
        rows = topics.values_list("pk", "change", "bumped_at")[:SIZE]
        yield group, [(pk, change, (bumped_at, pk)) for pk, change, bumped_at in rows]


def is_news(known, name, pk, change, key):
    """Changed since the sweep before; or new at the top, and not just risen because another topic left."""
    if pk in known.changes:
        return change > known.changes[pk]
    end = known.ends.get(name, "unseen")
    return end != "unseen" and (end is None or key > end)


def list_news(pk, since):
    """The row for lists, and one line for every other page per post that came."""
    topic = Topic.objects.for_display().get(pk=pk)
    private = groups.is_private(topic.category_id)
    everyone = groups.everyone_of(topic.category_id) if private else groups.EVERYONE
    new = topic.posts.filter(change__gt=since or topic.change - 1).shown().order_by("number")[: feed.LIMIT]
    row = events.encode(events.row_event("header", topic))
    told = [(group, pk, topic.epoch, topic.change, row) for group in lists_of(topic, private)]
    for post in new:
        text = events.encode(events.everyone_event(feed.kind_of(post), topic, post) | {"change": post.change})
        told.append((everyone, pk, topic.epoch, post.change, text))
    return told


def lists_of(topic, private):
    return [groups.of_category(topic.category_id), *([] if private else [groups.LATEST])]
