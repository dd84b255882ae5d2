"""Loads the topic and the post that an event is about, as they stand now, without asking who may
see them.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from forum.db.prepared import Prepared
from forum.models import Post, Topic
from realtime.protocol import groups

TOPIC = Prepared(lambda nobody, pk: groups.with_privacy(Topic.objects.for_display()).filter(pk=pk))
POST = Prepared(lambda nobody, pk: Post.objects.for_display().filter(pk=pk))


def topic(pk: int) -> Any:
    """A Topic with all that header and row show, and with `is_private`, which mypy can't know."""
    return TOPIC.instances(AnonymousUser(), pk)[0]


def post(pk: int) -> Post:
    found: list[Post] = POST.instances(AnonymousUser(), pk)
    return found[0]
