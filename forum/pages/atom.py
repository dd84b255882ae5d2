"""Atom feeds (RFC 4287): entries for topics and posts, with the text of posts."""

import re

from django.conf import settings
from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed

from forum.pages import portable

# What XML can't hold at all.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Feed(Atom1Feed):
    """With the whole text of an entry, which Django's has only as a summary."""

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


def response(title, page, address, entries):
    """A feed at the path `address` about what is to be read at the path `page`."""
    feed = Feed(
        title=clean(title),
        link=settings.SITE_URL + page,
        description=None,
        language=settings.LANGUAGE_CODE,
        feed_url=settings.SITE_URL + address,
    )
    for entry in entries:
        feed.add_item(**entry)
    return HttpResponse(feed.writeString("utf-8"), content_type=f"{Feed.content_type}")


def of_topic(topic, first):
    """An entry for a topic in a list. `first` is its first post, None if nobody may read it."""
    return {
        "title": clean(topic.title),
        "link": settings.SITE_URL + topic.get_absolute_url(),
        "unique_id": f"{settings.SITE_URL}/t/{topic.pk}/",
        "description": None,
        "content": clean(portable.html(first, pictures=True)) if first else "",
        "pubdate": topic.created_at,
        "updateddate": topic.bumped_at,
        "categories": [clean(topic.category.name)],
        **by(topic.author),
    }


def of_post(post, topic):
    return {
        "title": clean(f"{topic.title} #{post.number}"),
        "link": settings.SITE_URL + post.get_absolute_url(),
        "unique_id": settings.SITE_URL + post.get_absolute_url(),
        "description": None,
        "content": clean(portable.html(post, pictures=True)),
        "pubdate": post.created_at,
        "updateddate": post.edited_at or post.created_at,
        "categories": [],
        **by(post.author),
    }


def by(author):
    return {
        "author_name": clean(author.display_name),
        "author_link": settings.SITE_URL + author.get_absolute_url(),
    }


def clean(text):
    return CONTROL.sub("", text)
