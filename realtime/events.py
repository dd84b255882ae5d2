"""What pages are told, as finished text: rendered and encoded once, whoever reads it."""

import json
from datetime import UTC

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

ROW, HEADER, POST = "topics/_row.html", "topics/_header.html", "posts/_post.html"


def topic_event(kind, topic, post=None, header=None):
    """For pages that show the topic. `topic` needs its category loaded, `post` its author."""
    event = numbers(kind, topic) | {"header": header or header_of(topic)}
    if post:
        event["post"] = {
            "id": post.pk,
            "number": post.number,
            "author": post.author.username,
            "author_id": post.author_id,
            "html": part(POST, post=post),
        }
    return event


def row_event(kind, topic):
    """For pages that show a list. `topic` needs category, author and last author loaded."""
    return numbers(kind, topic) | {"row": part(ROW, topic=topic)}


def gone_event(kind, topic):
    """For lists that a topic has left."""
    return numbers(kind, topic) | {"row": None}


def everyone_event(kind, topic, post=None):
    """For every other page: that it happened, and where."""
    event = numbers(kind, topic) | {"title": topic.title, "url": topic.get_absolute_url()}
    if post:
        event["post"] = {"id": post.pk, "number": post.number, "author_id": post.author_id}
    return event


def header_of(topic):
    return part(HEADER, topic=topic)


def heartbeat(heads):
    """For pages on these topics {id: (epoch, change, …)}: whoever has less asks for it. As finished text."""
    return encode({"type": "heartbeat", "topics": {topic: head[:2] for topic, head in heads.items()}})


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


def part(template, **context):
    """A shared partial, in the site's language and in UTC: it must read the same for everybody."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(UTC):
        return render_to_string(template, context).strip()


def encode(event):
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
