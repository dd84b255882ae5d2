"""Keeps the index, in the transactions that change posts and topics."""

import zlib
from functools import cached_property
from unicodedata import normalize

from django.conf import settings

from forum import markdown
from forum.models import Post

from . import tags
from .analyser import canonical, hashed, keys, placeless_words
from .models import Entry

VERSION = 2  # to be raised with every change of the analyser
BATCH = 200  # posts


def version():
    """A number of 15 bits that differs where the analyser finds other keys."""
    return zlib.crc32(f"{VERSION} {settings.SEARCH_LANGUAGE}".encode()) & 0x7FFF


def update_index(sender, kind, topic, post, moved_from, former, **_kwargs):
    """Receives every change of a post or topic, in its transaction."""
    if kind in ("created", "edited", "restored") and not post.is_hidden:
        write([post], topic)
    elif kind in ("hidden", "edited"):
        Entry.objects.filter(post=post.pk).delete()
    elif kind in ("renamed", "moved"):
        if kind == "moved":
            retag(topic, [tags.category(moved_from)], [tags.category(topic.category_id)])
        write(Post.objects.filter(topic=topic.pk, number=1).shown(), topic)
    elif kind == "tagged":
        retag(topic, *([tags.tag(tag.pk) for tag in one.tags] for one in (former, topic)))


def index_stored(sender, posts, **_kwargs):
    """Receives posts that were imported or rendered anew, in their transaction."""
    store([entry(post, post.topic) for post in posts if not post.is_hidden])


def retag(topic, former, present):
    """Replace some tags of all posts of a topic."""
    if former == present:
        return
    former, present = set(map(hashed, former)), set(map(hashed, present))
    entries = Entry.objects.filter(post__topic=topic.pk).order_by("pk")
    last = 0
    while batch := list(entries.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        for entry in batch:
            entry.keys = entry.keys - former | present
        Entry.objects.bulk_update(batch, ["keys"])


def write(posts, topic):
    """Write the entries of posts of one topic."""
    store([entry(post, topic) for post in posts])


def entry(post, topic):
    return Entry(post=post, keys=keys_of(post, topic), version=version())


def store(entries):
    Entry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["post"],
        update_fields=["keys", "version"],
    )


def keys_of(post, topic):
    """The hashed keys of a post."""
    found = keys(text_of(post)) | tags.of_post(post, topic)
    if post.number == 1:
        title = keys(normalize("NFC", topic.title))
        found |= title | {tags.TITLE + key for key in title}
    return frozenset(map(hashed, found))


class Document:
    """A stored post as queries are matched against it; finds out what it is asked for."""

    def __init__(self, post):
        self.post = post

    @cached_property
    def keys(self):
        """Its hashed keys."""
        return keys_of(self.post, self.post.topic)

    @cached_property
    def text(self):
        """Its words in canonical form."""
        text = canonical(placeless_words(text_of(self.post)))
        if self.post.number == 1:
            return canonical(placeless_words(normalize("NFC", self.post.topic.title))) + text
        return text


def text_of(post):
    """What readers see of a post, as plain text; folded quotes are left out."""
    return normalize("NFC", markdown.plain_text(post.html))
