"""Validators for cached guest pages: the database values that a topic or list page depends on."""

from django.contrib.auth.models import AnonymousUser

from forum.db.prepared import Prepared
from forum.models import Topic
from forum.models.editions import with_edition
from forum.models.posts import with_names_on_page
from forum.serving.page_cache import Version

GUEST = AnonymousUser()


def page_values(reader, topic_id, first, last):
    topics = with_names_on_page(Topic.objects.visible_to(reader).filter(pk=topic_id), first, last)
    return with_edition(topics).values_list("epoch", "change", "edition", "names")


PAGE_VALUES = Prepared(page_values)


def page_version(topic, page):
    """The validator of one page of a topic.

    `topic` must be loaded for this page (see forum/pages/topics.py), before anything else of it.
    """
    values = [(topic.epoch, topic.change, topic.edition, topic.names)]
    return Version(current_page_values, (topic.pk, page.first, page.last), values)


def current_page_values(topic_id, first, last):
    return PAGE_VALUES.rows(GUEST, topic_id, first, last)


def list_version(topic_list, page):
    """The validator of the first page of a list; `page` is what `TopicList.page` returned."""
    return Version(current_list_values, (topic_list.scope, *topic_list.within), page)


def current_list_values(scope, *within):
    return scope.first_page(GUEST, *within)


def feed_version(topic_list, values):
    """The validator of a list's feed; `values` is what `TopicList.newest` returned."""
    return Version(current_feed_values, (topic_list.scope, *topic_list.within), values)


def current_feed_values(scope, *within):
    return scope.newest(GUEST, *within)
