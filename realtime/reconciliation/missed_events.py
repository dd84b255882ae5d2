"""What the sweep tells: the events that a change would have published, as far as the database still knows."""

from typing import NamedTuple

from realtime.catchup import changes
from realtime.protocol import events, groups
from realtime.protocol import loaders as to_tell


class Told(NamedTuple):
    group: str
    topic: int
    epoch: str
    change: int
    text: str
    skip: tuple = ()
    place: int | None = None  # the category that decided who is told, None when it does not matter


def of_topic(pk, head):
    """For pages on a topic that were last told `head`. If it is much, only that it is there."""
    topic = to_tell.topic(pk)
    at = (groups.of_topic(pk), pk, topic.epoch)
    missed, more = changes.news_of(topic, head.change) if topic.epoch == head.epoch else ([], True)
    if more:
        text = events.heartbeat({pk: (topic.epoch, topic.change)})
        return [Told(*at, topic.change, text, place=topic.category_id)]
    return [Told(*at, event["change"], events.encode(event), place=topic.category_id) for event in missed]


def of_lists(pk, since, newest):
    """The row for lists; for other pages a line per post after change `since`, or else after id `newest`."""
    topic = to_tell.topic(pk)
    row = events.encode(events.row_event("header", topic))
    told = [of(topic, group, topic.change, row) for group in groups.of_lists(topic.category_id, topic.is_private)]
    everyone = groups.everyone_of(topic.category_id) if topic.is_private else groups.EVERYONE
    new = {"pk__gt": newest} if since is None else {"change__gt": since}
    for post in topic.posts.filter(**new).shown().order_by("change")[: changes.LIMIT]:
        event = events.everyone_event(changes.kind_of(post), topic, post) | {"change": post.change}
        told.append(of(topic, everyone, post.change, events.encode(event)))
    return told


def of_leaving(group, pk, since, newest):
    """For a list at whose top the topic stands no more: that it is gone, or how it looks further down."""
    topic = to_tell.topic(pk)
    lists = groups.of_lists(topic.category_id, topic.is_private)
    if group in lists:
        return of_lists(pk, since, newest)
    text = events.encode(events.gone_event("moved", topic))
    return [Told(group, pk, topic.epoch, topic.change, text, skip=tuple(lists))]


def of(topic, group, change, text):
    return Told(group, topic.pk, topic.epoch, change, text, place=topic.category_id)
