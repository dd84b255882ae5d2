"""Loads the topic and the post of an event in their current state, without permission checks."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from forum.db.prepared import Prepared
from forum.models import Post, Topic
from realtime.protocol import groups

TOPIC = Prepared(lambda nobody, pk: groups.with_privacy(Topic.objects.for_display()).filter(pk=pk))
POST = Prepared(lambda nobody, pk: Post.objects.for_display().filter(pk=pk))


def topic(pk: int) -> Any:
    """A Topic with everything that header and row show, and `is_private` (unknown to mypy)."""
    return TOPIC.instances(AnonymousUser(), pk)[0]


def post(pk: int) -> Post:
    found: list[Post] = POST.instances(AnonymousUser(), pk)
    return found[0]
