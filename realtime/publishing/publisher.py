"""Publishes changes to the hubs of all processes after commit. Never fails a request."""

from dataclasses import replace

from channels.layers import get_channel_layer
from django.conf import settings

from forum.models import User
from forum.pages import personal
from forum.signals import announced, changed, personal_changed
from realtime import redis_layer
from realtime.hub.hub import running_hub
from realtime.models import Revocation
from realtime.protocol import events, groups, hub_messages, loaders
from realtime.protocol.delivery import Audience, Change, Delivery, PersonalDelivery
from realtime.protocol.events import PostUpdate
from realtime.protocol.hub_messages import AnnouncementsChanged, Fence

JOINED = ("reacted", "polled")  # kinds of which many come at once (hub/joining.py)


def connect():
    """Connects the publisher to the forum's signals."""
    changed.connect(on_change, dispatch_uid="realtime")
    personal_changed.connect(on_personal_change, dispatch_uid="realtime.personal")
    announced.connect(on_announced, dispatch_uid="realtime.hub.announcements")


def on_change(sender, kind, topic, post, moved_from, former, **kwargs):
    hub = running_hub()
    if not settings.REDIS_URL and not (hub and hub.pages):
        # no page is open here, and the pages of other processes are updated by their sweeps
        return
    publish(messages(kind, topic, post.pk if post else None, moved_from, former))


def on_personal_change(sender, kind, keys, heads, **kwargs):
    hub = running_hub()
    if not settings.REDIS_URL:
        open_here = hub.routes.members if hub else {}
        heads = {pk: head for pk, head in heads.items() if groups.of_member(pk) in open_here}
    if heads:
        publish(personal_deliveries(kind, keys, heads))


def personal_deliveries(kind, keys, heads):
    """The hub messages about one change: see forum.signals.personal_changed.

    The things are loaded again: one that is newer than this change is delivered once more, with the
    number of the later one.
    """
    # read after the commit: a session that was ended before gets nothing
    revocation = Revocation.objects.current()
    members = list(User.objects.filter(pk__among=heads))
    things = personal.load_for_all(members, kind, keys)

    def delivery(member, head):
        thing = things.get(member)
        event = events.personal_update(member, head, head.change, kind, keys[member], thing)
        return PersonalDelivery(member, head.epoch, head.change, events.encode(event), revocation)

    return [delivery(member.pk, heads[member.pk]) for member in members]


def on_announced(**kwargs):
    publish([AnnouncementsChanged()])


def messages(kind, saved, post_id=None, moved_from=None, former=None):
    """The hub messages for one change: a Fence if the topic was moved, then a Delivery per group.

    kind: one of forum.signals.KINDS. saved: the topic with the numbers of the change. post_id: the
    post that changed, if one did. moved_from: id of the former category of a topic that was moved.
    former: the topic as it was before a change of its header.

    Loads what is shown again: content that is newer than this change is delivered once more, with
    the number of the later one. The post is loaded before the topic, so that it is never newer than
    the category whose readers get it.
    """
    post = loaders.post(post_id) if post_id else None
    topic = loaders.topic(saved.pk)
    if kind in JOINED:
        return [joined(kind, saved, topic, post)]
    lists = groups.lists_with(topic)
    change = Change(topic.pk, saved.epoch, saved.change)
    # read after the commit, so it counts everything that was revoked before
    revocation = Revocation.objects.current()

    row = events.row_event(kind, topic)
    addressed: list[tuple[str, tuple[str, ...], PostUpdate]] = [  # (group, groups to skip, event)
        (groups.of_topic(topic.pk), (), events.topic_event(kind, topic, post)),
        *((group, (), row) for group in lists),
    ]
    everyone = groups.everyone_of(topic.category_id) if topic.is_private else groups.EVERYONE
    gone = events.gone_event(kind, topic)
    left = [group for group in lists_left(kind, former) if group not in lists]
    addressed += [(group, tuple(lists), gone) for group in left]
    if moved_from:
        before = groups.everyone_who_saw(moved_from)
        if before != everyone:  # results of searches that show it
            addressed.append((before, (everyone, *lists, *left), gone))
    addressed.append((everyone, (), events.everyone_event(kind, topic, post)))

    fences = [Fence(topic=topic.pk)] if moved_from or topic.category_id != saved.category_id else []
    numbers = {"epoch": change.epoch, "change": change.number}
    author = post.author_id if post and kind == "created" else None
    return fences + [
        Delivery(
            change,
            Audience(group, skip, topic.category_id),
            events.encode(event | numbers),
            revocation,
            author,
        )
        for group, skip, event in addressed
    ]


def lists_left(kind, former):
    """Groups of the lists that had the topic before a change which may take it out of some."""
    return groups.lists_with_former(former) if kind in ("moved", "tagged") else []


def joined(kind, saved, topic, post):
    """The Delivery for pages on the topic; no other page shows reactions and votes."""
    numbers = {"epoch": saved.epoch, "change": saved.change}
    return Delivery(
        Change(topic.pk, saved.epoch, saved.change),
        Audience(groups.of_topic(topic.pk), category=topic.category_id),
        events.encode(events.topic_event(kind, topic, post) | numbers),
        Revocation.objects.current(),
        joined=post.pk,
    )


def publish(messages):
    """Sends hub messages in this order to the hubs of all processes; the sweep covers losses."""
    hub = running_hub()
    messages = [sent_by(hub, message) for message in messages]
    if hub:
        for message in messages:
            if isinstance(message, Fence):
                hub.call(hub.raise_fence, message)  # at once, even if the layer is down
    encoded = [
        (hub_messages.group_of(message), hub_messages.encode(message)) for message in messages
    ]
    if settings.REDIS_URL and redis_layer.send_to_groups(encoded):
        return
    if hub:
        hub.run(_handle_here(hub, messages) if settings.REDIS_URL else _send_here(encoded))


def sent_by(hub, message):
    return replace(message, sender=hub.name) if hub and isinstance(message, Fence) else message


async def _handle_here(hub, messages):
    """For when Redis is away: at least the pages of this process get the messages."""
    for message in messages:
        await hub.handle(message)


async def _send_here(encoded):
    for group, message in encoded:
        await get_channel_layer().group_send(group, message)
