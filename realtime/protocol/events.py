"""The events that pages get, as finished text: rendered and encoded once, the same for every
reader.

The publisher, the sweep and catch-up build a PostUpdate here, put their own numbers into it where
they know better, and encode it. The other kinds are made as text. docs/realtime.md has their
shapes.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any, Literal, NotRequired, TypedDict

from django.utils import timezone

from forum.models import Announcement, Post, Topic
from forum.pages import fragments
from realtime.protocol.topic_head import Head


class PostOfUpdate(TypedDict):
    """The post that changed. Only pages on its topic get its author's name and its HTML."""

    id: int
    number: int
    author_id: int
    author: NotRequired[str]  # username
    html: NotRequired[str]


class PostUpdate(TypedDict):
    """Something in a topic changed. What else it has depends on the pages that get it."""

    type: Literal["post_update"]
    kind: str  # one of forum.signals.KINDS, or "header"
    topic: int
    epoch: str
    change: int
    last: int  # number of the topic's last post
    at: str  # UTC, as in 2026-11-21T00:35:30Z
    post: NotRequired[PostOfUpdate]
    header: NotRequired[str]  # HTML: for pages that show the topic
    # HTML: for pages that show a list; None where the topic has left it
    row: NotRequired[str | None]
    title: NotRequired[str]  # for every other page, as is the next
    url: NotRequired[str]


def topic_event(kind: str, topic: Topic, post: Post | None = None) -> PostUpdate:
    """For pages that show the topic. `topic` and `post` come from `for_display`."""
    event = numbers(kind, topic)
    event["header"] = fragments.header(topic)
    if post:
        event["post"] = {
            "id": post.pk,
            "number": post.number,
            "author": post.author.username,
            "author_id": post.author_id,
            "html": fragments.post(post, topic.edition),
        }
    return event


def row_event(kind: str, topic: Topic) -> PostUpdate:
    """For pages that show a list. `topic` comes from `for_display`."""
    return {**numbers(kind, topic), "row": fragments.row(topic)}


def gone_event(kind: str, topic: Topic) -> PostUpdate:
    """For lists that a topic has left."""
    return {**numbers(kind, topic), "row": None}


def everyone_event(kind: str, topic: Topic, post: Post | None = None) -> PostUpdate:
    """For every other page: that it happened, and where."""
    event: PostUpdate = {
        **numbers(kind, topic),
        "title": topic.title,
        "url": topic.get_absolute_url(),
    }
    if post:
        event["post"] = {"id": post.pk, "number": post.number, "author_id": post.author_id}
    return event


def heartbeat(heads: Mapping[int, Head | tuple[str, int]]) -> str:
    """For pages on these topics: whoever has less asks for what is missing."""
    return encode(
        {"type": "heartbeat", "topics": {topic: head[:2] for topic, head in heads.items()}}
    )


def announcements(current: Iterable[Announcement]) -> str:
    """For every page: all current announcements, the newest first."""
    shown = [{"id": one.pk, "html": fragments.announcement(one)} for one in current]
    return encode({"type": "announcements", "current": shown})


def presence(topic: int, members: int, guests: int, people: Iterable[tuple[int, str, str]]) -> str:
    """For pages that show the topic: how many read it, and the faces of the first `people` (id,
    username, name).
    """
    faces = "".join(fragments.face(*person) for person in people)
    return encode(
        {"type": "presence", "topic": topic, "members": members, "guests": guests, "faces": faces}
    )


def online(members: int, guests: int) -> str:
    """For every page."""
    return encode({"type": "online", "members": members, "guests": guests})


def writing(topics: Mapping[int, Mapping[int, str]]) -> str:
    """For pages that show one of these topics {id: {member id: name}} or its row; where nobody
    writes any more: {}.
    """
    return encode(
        {"type": "writing", "topics": {pk: list(names.items()) for pk, names in topics.items()}}
    )


def numbers(kind: str, topic: Topic) -> PostUpdate:
    return {
        "type": "post_update",
        "kind": kind,
        "topic": topic.pk,
        "epoch": topic.epoch,
        "change": topic.change,
        "last": topic.last_number,
        "at": f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def encode(event: Mapping[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
