"""Builds the events that pages receive: rendered and encoded once, the same for every reader.

The publisher, the sweep and catch-up build a PostUpdate, replace its numbers where they know them
better, and encode it. The other kinds are returned as JSON text. Shapes: docs/realtime.md.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any, Literal, NotRequired, TypedDict

from django.utils import timezone

from forum.models import Announcement, Post, Topic, personal_changes
from forum.pages import fragments
from realtime.protocol import groups
from realtime.protocol.topic_head import Head


class PostOfUpdate(TypedDict):
    """The post that changed. Only pages that show its topic get the author's name and the HTML."""

    id: int
    number: int
    author_id: int
    author: NotRequired[str]  # username
    html: NotRequired[str]


class PostUpdate(TypedDict):
    """A change in a topic. The optional fields depend on what the receiving pages show."""

    type: Literal["post_update"]
    kind: str  # one of forum.signals.KINDS, or "header"
    topic: int
    epoch: str
    change: int
    since: NotRequired[int]  # it stands for all changes after this one; else for `change` alone
    last: int  # number of the topic's last post
    at: str  # UTC, as in 2026-11-21T00:35:30Z
    post: NotRequired[PostOfUpdate]
    header: NotRequired[str]  # HTML; for pages that show the topic
    row: NotRequired[str | None]  # HTML; for pages with a list; None if the topic has left the list
    lists: NotRequired[list[str]]  # likewise: the names of those that have the topic
    title: NotRequired[str]  # for all other pages
    url: NotRequired[str]  # likewise


class PersonalUpdate(TypedDict):
    """Something that belongs to one member alone has changed."""

    type: Literal["personal_update"]
    member: int
    epoch: str
    change: int
    kind: str  # as registered in forum/pages/personal.py
    key: str
    data: Any  # the current state, by kind; None if it is gone


def topic_event(kind: str, topic: Topic, post: Post | None = None) -> PostUpdate:
    """The event for pages that show the topic. `topic` and `post` come from `for_display`."""
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
    """The event for pages that show a list with this topic, which comes from `for_display`."""
    event = numbers(kind, topic)
    event["change"], event["row"] = topic.row_change, fragments.row(topic)
    event["lists"] = groups.names_of_lists(topic)
    return event


def gone_event(kind: str, topic: Topic) -> PostUpdate:
    """The event for pages that show a list which the topic has left."""
    return {**numbers(kind, topic), "row": None}


def everyone_event(kind: str, topic: Topic, post: Post | None = None) -> PostUpdate:
    """The event for all other pages: what kind of change, and where, without any text of it."""
    event: PostUpdate = {
        **numbers(kind, topic),
        "title": topic.title,
        "url": topic.get_absolute_url(),
    }
    if post:
        event["post"] = {"id": post.pk, "number": post.number, "author_id": post.author_id}
    return event


def personal_update(
    member: int, head: personal_changes.Head, number: int, kind: str, key: str, thing: Any
) -> PersonalUpdate:
    """The event for pages of the member. thing: its current state, None if it is gone."""
    return {
        "type": "personal_update",
        "member": member,
        "epoch": head.epoch,
        "change": number,
        "kind": kind,
        "key": key,
        "data": thing,
    }


def heartbeat(
    heads: Mapping[int, Head | tuple[str, int]],
    personal: Mapping[int, tuple[str, int]] | None = None,
) -> str:
    """The current heads of these topics and members; a page that is behind catches up."""
    beat: dict[str, Any] = {
        "type": "heartbeat",
        "topics": {topic: head[:2] for topic, head in heads.items()},
    }
    return encode({**beat, "members": personal} if personal else beat)


def announcements(current: Iterable[Announcement]) -> str:
    """All current announcements, newest first; for every page."""
    shown = [{"id": one.pk, "html": fragments.announcement(one)} for one in current]
    return encode({"type": "announcements", "current": shown})


def presence(
    topic: int, members: int, guests: int, people: Iterable[tuple[int, str, str, str]]
) -> str:
    """The numbers of a topic's readers and the faces of some; for pages that show the topic.

    people: (member id, username, display name, name of the avatar) of each face.
    """
    faces = "".join(fragments.face(*person) for person in people)
    return encode(
        {"type": "presence", "topic": topic, "members": members, "guests": guests, "faces": faces}
    )


def online(members: int, guests: int) -> str:
    """The numbers of members and guests on the whole site; for every page."""
    return encode({"type": "online", "members": members, "guests": guests})


def writing(topics: Mapping[int, Mapping[int, str]]) -> str:
    """Who is writing; for pages that show one of these topics or its row.

    topics: {topic id: {member id: display name}}; the inner dict is empty when nobody writes there
    any more.
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
