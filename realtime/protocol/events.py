"""What pages are told, as finished text: rendered and encoded once, whoever reads it."""

import json
from datetime import UTC

from django.utils import timezone

from forum.pages import fragments


def topic_event(kind, topic, post=None):
    """For pages that show the topic. `topic` and `post` come from `for_display`."""
    event = numbers(kind, topic) | {"header": fragments.header(topic)}
    if post:
        event["post"] = {
            "id": post.pk,
            "number": post.number,
            "author": post.author.username,
            "author_id": post.author_id,
            "html": fragments.post(post, topic.edition),
        }
    return event


def row_event(kind, topic):
    """For pages that show a list. `topic` comes from `for_display`."""
    return numbers(kind, topic) | {"row": fragments.row(topic)}


def gone_event(kind, topic):
    """For lists that a topic has left."""
    return numbers(kind, topic) | {"row": None}


def everyone_event(kind, topic, post=None):
    """For every other page: that it happened, and where."""
    event = numbers(kind, topic) | {"title": topic.title, "url": topic.get_absolute_url()}
    if post:
        event["post"] = {"id": post.pk, "number": post.number, "author_id": post.author_id}
    return event


def heartbeat(heads):
    """For pages on these topics {id: (epoch, change, …)}: whoever has less asks for it. As finished text."""
    return encode({"type": "heartbeat", "topics": {topic: head[:2] for topic, head in heads.items()}})


def announcements(current):
    """For every page: all that is announced, the newest first."""
    shown = [{"id": one.pk, "html": fragments.announcement(one)} for one in current]
    return encode({"type": "announcements", "current": shown})


def presence(topic, members, guests, people):
    """For pages that show the topic: how many read it, and the faces of the first `people` (id, username, name)."""
    faces = "".join(fragments.face(*person) for person in people)
    return encode({"type": "presence", "topic": topic, "members": members, "guests": guests, "faces": faces})


def online(members, guests):
    """For every page."""
    return encode({"type": "online", "members": members, "guests": guests})


def writing(topics):
    """For pages that show one of these topics {id: {member id: name}} or its row; where nobody writes any more: {}."""
    return encode({"type": "writing", "topics": {pk: list(names.items()) for pk, names in topics.items()}})


def numbers(kind, topic):
    return {
        "type": "post_update",
        "kind": kind,
        "topic": topic.pk,
        "epoch": topic.epoch,
        "change": topic.change,
        "last": topic.last_number,
        "at": f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def encode(event):
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
