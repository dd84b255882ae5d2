"""HTML fragments that are the same for every reader, shared by pages, pushes and the feed.

Rendered once for each change. A key names the row's own change, and the edition of what stands
around: see lru.py.
"""

from datetime import UTC

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from forum.cache.lru import LRUCache
from forum.models import User
from forum.pages.pagination import address

POST, ROW, HEADER, SIDEBAR = (
    "posts/_post.html",
    "topics/_row.html",
    "topics/_header.html",
    "site/_sidebar.html",
)
ANNOUNCEMENT, FACE, WRITING = (
    "announcements/_announcement.html",
    "members/_face.html",
    "members/_post.html",
)
kept = LRUCache(32 * 2**20)


def post(post, edition):
    """`post` comes with its author."""
    key = ("post", post.pk, post.change, edition, post.author.name_version)
    return kept.get_or_set(key, lambda: rendered(POST, post=post))


def posts(topic, page):
    """All posts of one page of a topic, which was found for that page: see
    forum/pages/topics.py.
    """
    return kept.get_or_set(posts_key(topic, page), lambda: _all_posts(topic, page))


def posts_key(topic, page):
    return "posts", topic.pk, topic.epoch, topic.change, topic.edition, topic.names, page.number


def _all_posts(topic, page):
    found = topic.posts.for_display().in_range(page.first, page.last)
    return mark_safe("\n".join(post(one, topic.edition) for one in found))  # noqa: S308 - our own template's


def header(topic):
    key = ("header", topic.pk, topic.epoch, topic.change, topic.edition)
    return kept.get_or_set(key, lambda: rendered(HEADER, topic=topic))


def row(topic, read_to=None):
    """A line of a list; `read_to` is the last post a member has read, 0 if they never opened the
    topic.
    """
    key = row_key(topic.pk, topic.epoch, topic.change, topic.edition, topic.row_names, read_to)
    return kept.get_or_set(key, lambda: _row(topic, read_to))


def _row(topic, read_to):
    unread = max(topic.last_number - read_to, 0) if read_to else 0
    href = (
        address(topic, min(read_to + 1, topic.last_number)) if read_to else topic.get_absolute_url()
    )
    return rendered(ROW, topic=topic, read_to=read_to, unread=unread, href=href)


def row_key(pk, epoch, change, edition, names, read_to):
    return "row", pk, epoch, change, edition, names, read_to


def writing(post):
    """A post in the list of what its author wrote; `with_edition`, and with its topic and
    category.
    """
    key = ("writing", post.pk, post.change, post.topic.epoch, post.topic.change, post.edition)
    return kept.get_or_set(key, lambda: rendered(WRITING, post=post))


def sidebar(places, edition, current, kind="page"):
    """`places` are the categories to show, `current` the name of the list that is marked with
    aria-current=`kind`.
    """
    shown = tuple(place.pk for place in places)
    html = kept.get_or_set(("sidebar", shown, edition), lambda: _sidebar(places))
    link = f' data-list="{current}"'
    return mark_safe(html.replace(link, f' aria-current="{kind}"{link}', 1))  # noqa: S308 - our own template's


def _sidebar(places):
    top = [place for place in places if place.parent_id is None]
    for place in top:
        place.inside = [inner for inner in places if inner.parent_id == place.pk]
    return rendered(SIDEBAR, places=top)


def part(template, named):
    """A template that depends on what is named and on nothing else, in the reader's language."""
    key = ("part", template, tuple(named.items()), translation.get_language())
    return kept.get_or_set(key, lambda: mark_safe(render_to_string(template, named)))  # noqa: S308 - our own template's


def face(pk, username, name):
    """A member's face, with their name and the way to their page."""
    key = ("face", pk, username, name)
    return kept.get_or_set(
        key, lambda: rendered(FACE, member=User(pk=pk, username=username, name=name))
    )


def announcement(announcement):
    key = ("announcement", announcement.pk, announcement.html, announcement.until)
    return kept.get_or_set(key, lambda: rendered(ANNOUNCEMENT, announcement=announcement))


def rendered(template, **context):
    """In the site's language and in UTC: it must read the same for everybody."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(UTC):
        return mark_safe(render_to_string(template, context).strip())  # noqa: S308 - our own template's
