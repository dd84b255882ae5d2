"""Posts as results show them."""

from django.utils.html import format_html, format_html_join

from forum.db import membership  # noqa: F401 - the lookup
from forum.models import Post

from .analyser import words
from .indexing import text_of
from .snippets import marked, snippet

PER_PAGE = 20


def grouped(ids):
    """The first post of each topic among these."""
    topics = dict(Post.objects.filter(pk__among=ids).values_list("pk", "topic"))
    first = {}
    for pk in ids:
        first.setdefault(topics.get(pk), pk)
    return list(first.values())


def shown(query, ids, user):
    """The posts of a page of results; `title` and `snippet` are HTML in which words are marked.

    Asks again who may see them: the ids may have been found a moment ago.
    """
    posts = Post.objects.visible_to(user).shown().filter(pk__among=list(ids))
    loaded = {post.pk: post for post in posts.select_related("author", "topic__category")}
    found = [loaded[pk] for pk in ids if pk in loaded]
    for post in found:
        post.snippet = as_html(snippet(query, text_of(post)))
        post.title = as_html(marked(query, post.topic.title, words(post.topic.title)))
    return found


def as_html(pieces):
    """Pieces (is_marked, text) as HTML."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", text) if is_marked else text,)
            for is_marked, text in pieces
        ),
    )
