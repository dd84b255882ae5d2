"""Rebuilds the deliveries that pages have missed, as far as the database still has the changes."""

from forum.models import User
from forum.models.personal_changes import REACH
from realtime.catchup import changes, personal_changes
from realtime.protocol import events, groups, loaders
from realtime.protocol.delivery import Audience, Change, Delivery, PersonalDelivery


def of_topic(pk, head):
    """The deliveries for pages on a topic that were last sent `head`.

    If that is too much for one answer, a heartbeat instead: then the pages ask for the changes.
    """
    topic = loaders.topic(pk)
    group = groups.of_topic(pk)
    missed, more = (
        changes.events_after(topic, head.change) if topic.epoch == head.epoch else ([], True)
    )
    if more:
        text = events.heartbeat({pk: (topic.epoch, topic.change)})
        return [delivery(topic, group, topic.change, text)]
    return [delivery(topic, group, event["change"], events.encode(event)) for event in missed]


def of_lists(pk, since, newest):
    """The topic's row for lists, and for all other pages an event per new post.

    Posts are new if they were changed after `since` or, if that is None, have an id above `newest`.
    """
    topic = loaders.topic(pk)
    row = events.encode(events.row_event("header", topic))
    missed = [delivery(topic, group, topic.row_change, row) for group in groups.lists_with(topic)]
    everyone = groups.everyone_of(topic.category_id) if topic.is_private else groups.EVERYONE
    new = {"pk__gt": newest} if since is None else {"change__gt": since}
    for post in topic.posts.filter(**new).shown().order_by("change")[: changes.LIMIT]:
        # Whatever was made of it since: pages count those above the newest that they know of.
        event = events.everyone_event("created", topic, post) | {"change": post.change}
        missed.append(delivery(topic, everyone, post.change, events.encode(event)))
    return missed


def of_leaving(group, pk, since, newest):
    """For a list whose first page the topic has left: its removal, or its row if it is below."""
    topic = loaders.topic(pk)
    lists = groups.lists_with(topic)
    if group in lists:
        return of_lists(pk, since, newest)
    text = events.encode(events.gone_event("moved", topic))
    return [
        Delivery(Change(pk, topic.epoch, topic.change), Audience(group, skip=tuple(lists)), text)
    ]


def of_members(known):
    """For pages of members whose streams have later changes than these {id: Head}."""
    heads = personal_changes.heads_of(known)
    missed = []
    for member, head in heads.items():
        if head != known[member]:
            missed += of_member(member, known[member], head)
    return missed


def of_member(member, known, head):
    """The deliveries for a member's pages; only a heartbeat if that is too much for one answer."""
    user = User.objects.filter(pk=member).first()
    missed, more = [], True
    if user and head.epoch == known.epoch and head.change - known.change <= REACH:
        missed, more = personal_changes.since_change(user, head, known.change)
    if more:
        text = events.heartbeat({}, {member: head})
        return [PersonalDelivery(member, head.epoch, head.change, text)]
    return [
        PersonalDelivery(member, head.epoch, event["change"], events.encode(event))
        for event in missed
    ]


def delivery(topic, group, number, text):
    return Delivery(
        Change(topic.pk, topic.epoch, number), Audience(group, category=topic.category_id), text
    )
