"""Validators of guests' pages: what the database says about a topic or list as any guest may see
it.
"""

from django.contrib.auth.models import AnonymousUser

from forum.db.prepared import Prepared
from forum.models import Topic
from forum.models.editions import with_edition
from forum.models.posts import with_names_on_page
from forum.pages.topic_lists import first_page
from forum.serving.page_cache import Version

GUEST = AnonymousUser()


def numbers(reader, topic_id, first, last):
    topics = with_names_on_page(Topic.objects.visible_to(reader).filter(pk=topic_id), first, last)
    return with_edition(topics).values_list("epoch", "change", "edition", "names")


NUMBERS = Prepared(numbers)


def of_page(topic, page):
    """`topic` was found for this page (see forum/pages/topics.py), and nothing of the page was read
    before it.
    """
    answer = [(topic.epoch, topic.change, topic.edition, topic.names)]
    return Version(page_now, (topic.pk, page.first, page.last), answer)


def page_now(topic_id, first, last):
    return NUMBERS.rows(GUEST, topic_id, first, last)


def of_list(topic_list, page):
    """`page` is the first one, as the list gave it."""
    return Version(list_now, topic_list.within, page)


def list_now(*within):
    return first_page(GUEST, *within)
