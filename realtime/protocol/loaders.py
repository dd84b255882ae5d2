"""The topic and the post that are told of, as they stand now, whoever is to hear of it."""

from django.contrib.auth.models import AnonymousUser

from forum.db.prepared import Prepared
from forum.models import Post, Topic
from realtime.protocol import groups

TOPIC = Prepared(lambda nobody, pk: groups.with_privacy(Topic.objects.for_display()).filter(pk=pk))
POST = Prepared(lambda nobody, pk: Post.objects.for_display().filter(pk=pk))


def topic(pk):
    """With all that header and row show, and `is_private`."""
    return TOPIC.instances(AnonymousUser(), pk)[0]


def post(pk):
    return POST.instances(AnonymousUser(), pk)[0]
