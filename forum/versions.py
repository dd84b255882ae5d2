"""What guests' pages stand for: what the database says of a topic, or of a list, as any guest may see it."""

from django.contrib.auth.models import AnonymousUser

from forum.lists import first_page
from forum.models import Topic
from forum.models.editions import with_edition
from forum.models.prepared import Prepared
from forum.serving.guests import Version

GUEST = AnonymousUser()


def numbers(reader, topic_id):
    return with_edition(Topic.objects.visible_to(reader).filter(pk=topic_id)).values_list("epoch", "change", "edition")


NUMBERS = Prepared(numbers)


def of_topic(topic):
    """`topic` comes from `for_display`, and nothing of the page was read before it."""
    return Version(topic_now, (topic.pk,), [(topic.epoch, topic.change, topic.edition)])


def topic_now(topic_id):
    return NUMBERS.rows(GUEST, topic_id)


def of_list(topic_list, page):
    """`page` is the first one, as the list gave it."""
    return Version(list_now, topic_list.within, page)


def list_now(*within):
    return first_page(GUEST, *within)
