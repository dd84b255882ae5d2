"""HTML fragments that are the same for every reader, shared by pages, pushes and the feed.

Rendered once per change: cache keys contain the change number of the row and the edition, so
entries never need to be invalidated (see cache/lru.py).
"""

import secrets
from contextlib import contextmanager
from datetime import UTC

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, Value
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from forum.cache.lru import LRUCache
from forum.db.prepared import Prepared
from forum.models import Post, User
from forum.pages import search_engines
from forum.pages.pagination import address
from forum.pages.posts import SKELETONS

ROW, HEADER, SIDEBAR = (
    "topics/_row.html",
    "topics/_header.html",
    "site/_sidebar.html",
)
ANNOUNCEMENT, FACE, WRITING = (
    "announcements/_announcement.html",
    "members/_face.html",
    "members/_post.html",
)
cache = LRUCache(32 * 2**20)
CSRF_TOKEN = f"csrf-{secrets.token_hex(8)}"  # in cached parts; nobody can guess and type it


def on_page(_reader, topic_id, first, last):
    first, last = (Value(number, BigIntegerField()) for number in (first, last))
    return Post.objects.for_display().filter(topic=topic_id).in_range(first, last)


POSTS = Prepared(on_page)


def post(post, edition):
    """`post` must come from `for_display`."""
    with for_everybody():
        return _post(post, edition)


def _post(post, edition):
    others = (post.reply_to, post.answer)  # whom it names besides its author
    names = [other.author.name_version if other else 0 for other in others]
    key = ("post", post.pk, post.change, edition, post.author.name_version, *names)
    return cache.get_or_set(key, lambda: SKELETONS.render(post))


def rendered_post(post):
    with for_everybody():
        return SKELETONS.render(post)


def posts(topic, page):
    """All posts of one page; `topic` must be loaded for that page (see forum/pages/topics.py)."""
    return cache.get_or_set(posts_key(topic, page), lambda: _all_posts(topic, page))


def posts_key(topic, page):
    return "posts", topic.pk, topic.epoch, topic.change, topic.edition, topic.names, page.number


def _all_posts(topic, page):
    found = POSTS.instances(AnonymousUser(), topic.pk, page.first, page.last)
    with for_everybody():
        return mark_safe("\n".join(_post(one, topic.edition) for one in found))  # noqa: S308 - our own template's


def for_search_engines(topic, page):
    """What a guest's page of a topic has in its head. Loaded as for `posts`."""
    key = ("for search engines", *posts_key(topic, page))
    return cache.get_or_set(key, lambda: _for_search_engines(topic, page))


def _for_search_engines(topic, page):
    posts = POSTS.instances(AnonymousUser(), topic.pk, 1, 1) if page.number == 1 else []
    first = next((post for post in posts if not post.is_hidden), None)
    with for_everybody():
        return search_engines.of_topic(topic, page, first)


def header(topic):
    key = ("header", topic.pk, topic.epoch, topic.change, topic.edition)
    return cache.get_or_set(key, lambda: rendered(HEADER, topic=topic))


def row(topic, read_to=None):
    """A topic's row. `read_to`: the last post read, 0 if never opened, None for guests."""
    key = row_key(topic.pk, topic.epoch, topic.row_change, topic.edition, topic.row_names, read_to)
    return cache.get_or_set(key, lambda: _row(topic, read_to))


def _row(topic, read_to):
    unread = max(topic.last_number - read_to, 0) if read_to else 0
    href = (
        address(topic, min(read_to + 1, topic.last_number)) if read_to else topic.get_absolute_url()
    )
    return rendered(ROW, topic=topic, read_to=read_to, unread=unread, href=href)


def row_key(pk, epoch, change, edition, names, read_to):
    return "row", pk, epoch, change, edition, names, read_to


def writing(post):
    """A post on its author's page; must be loaded with its edition, topic and category."""
    key = ("writing", post.pk, post.change, post.topic.epoch, post.topic.change, post.edition)
    return cache.get_or_set(key, lambda: rendered(WRITING, post=post))


def sidebar(categories, edition, current, kind="page", has_tags=False):
    """`current` is the name of the list to mark with aria-current=`kind`."""
    shown = tuple(category.pk for category in categories)
    key = ("sidebar", shown, edition, has_tags)
    html = cache.get_or_set(key, lambda: _sidebar(categories, has_tags))
    link = f' data-list="{current}"'
    return mark_safe(html.replace(link, f' aria-current="{kind}"{link}', 1))  # noqa: S308 - our own template's


def _sidebar(categories, has_tags):
    top = [category for category in categories if category.parent_id is None]
    for category in top:
        category.subcategories = [inner for inner in categories if inner.parent_id == category.pk]
    return rendered(SIDEBAR, categories=top, has_tags=has_tags)


def part(template, context):
    """A template that depends only on `context` and the reader's language; cached.

    Its forms have CSRF_TOKEN in place of the token.
    """
    key = ("part", template, tuple(context.items()), translation.get_language())
    return cache.get_or_set(key, lambda: _part(template, context))


def _part(template, context):
    html = render_to_string(template, {"csrf_token": CSRF_TOKEN, **context})
    return mark_safe(html)  # noqa: S308 - our own template's


def face(pk, username, name, avatar):
    """A member's avatar and name, linked to their page."""
    key = ("face", pk, username, name, avatar)
    return cache.get_or_set(
        key,
        lambda: rendered(FACE, member=User(pk=pk, username=username, name=name, avatar=avatar)),
    )


def announcement(announcement):
    key = ("announcement", announcement.pk, announcement.html, announcement.until)
    return cache.get_or_set(key, lambda: rendered(ANNOUNCEMENT, announcement=announcement))


def rendered(template, **context):
    with for_everybody():
        return mark_safe(render_to_string(template, context).strip())  # noqa: S308 - our own template's


@contextmanager
def for_everybody():
    """Renders in the site's language and UTC, so that the result is the same for all readers."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(UTC):
        yield
