"""A topic as one reader finds it: with its category, how far they have read it, and whether they may write in it."""

from django.db.models import Exists, OuterRef
from django.http import Http404

from forum.models import Category, Topic
from forum.models.prepared import Prepared
from forum.models.readings import with_readings


def topic(user, topic_id):
    """Raises Http404 when there is none that `user` may see."""
    for found in SHOWN.instances(user, topic_id):
        return found
    raise Http404


def shown(reader, topic_id):
    writable = Category.objects.writable_by(reader).filter(pk=OuterRef("category"))
    topics = with_readings(Topic.objects.visible_to(reader).for_display(), reader)
    return topics.filter(pk=topic_id).annotate(is_writable=Exists(writable))


SHOWN = Prepared(shown)
