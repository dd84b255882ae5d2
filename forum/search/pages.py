"""Posts as results show them."""

from forum.models import Post

from .analyser import words
from .indexing import text_of
from .snippets import marked, snippet

PER_PAGE = 20


def grouped(ids):
    """The first post of each topic among these."""
    topics = dict(Post.objects.filter(pk__in=ids).values_list("pk", "topic"))
    first = {}
    for pk in ids:
        first.setdefault(topics.get(pk), pk)
    return list(first.values())


def shown(query, ids, user):
    """The posts of a page of results, with `title` and `text` as pieces (is_marked, text).

    Asks again who may see them: the ids may have been found a moment ago.
    """
    posts = Post.objects.visible_to(user).shown().filter(pk__in=list(ids))
    loaded = {post.pk: post for post in posts.select_related("author", "topic__category")}
    found = [loaded[pk] for pk in ids if pk in loaded]
    for post in found:
        post.pieces = snippet(query, text_of(post))
        post.title_pieces = marked(query, post.topic.title, words(post.topic.title))
    return found
