"""Makes the index anew while the site runs, and compares it with the posts.

Each batch is a transaction that locks the topics of its posts, so a post that is edited or hidden
at the same time waits, or is read as it became. What already has an entry of the present analyser
is passed over, so a run that was ended continues.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef

from forum.models import Post, Topic

from . import engines
from .indexing import entry, keys_of, store, version
from .models import Entry

BATCH = 200  # posts


def reindex(advance=lambda posts: None):
    """Write the missing and outdated entries, newest posts first; returns their number.

    `advance` is called with the number of posts passed.
    """
    written, before = 0, None
    while batch := next_batch(before):
        before = batch[-1]
        written += write_batch(batch)
        advance(len(batch))
    return written


def next_batch(before):
    posts = Post.objects.order_by("-pk")
    if before is not None:
        posts = posts.filter(pk__lt=before)
    return list(posts.values_list("pk", flat=True)[:BATCH])


def write_batch(ids):
    current = Entry.objects.filter(post=OuterRef("pk"), version=version())
    outdated = Post.objects.filter(pk__in=ids).filter(~Exists(current)).shown()
    with transaction.atomic():
        lock_topics(outdated)
        posts = list(outdated.select_related("topic"))
        store([entry(post, post.topic) for post in posts])
    return len(posts)


def lock_topics(posts):
    topics = sorted(set(posts.values_list("topic", flat=True)))
    list(Topic.objects.select_for_update(no_key=True).filter(pk__in=topics).order_by("pk"))


def differences(advance=lambda posts: None):
    """Yields (post id, what is wrong) for all entries that are not as they would be made now."""
    before = None
    while batch := next_batch(before):
        before = batch[-1]
        posts = Post.objects.filter(pk__in=batch).select_related("topic", "search_entry")
        for post in posts.order_by("-pk"):
            if wrong := difference(post):
                yield post.pk, wrong
        advance(len(batch))


def repair(advance=lambda posts: None):
    """Make anew what differs, and SQLite's index if it is not that of the entries."""
    repaired = 0
    for pk, _wrong in differences(advance):
        with transaction.atomic():
            lock_topics(Post.objects.filter(pk=pk))
            post = Post.objects.select_related("topic").get(pk=pk)
            if post.is_hidden:
                Entry.objects.filter(post=pk).delete()
            else:
                store([entry(post, post.topic)])
        repaired += 1
    if engines.inconsistencies():
        engines.rebuild()
    return repaired


def difference(post):
    stored = getattr(post, "search_entry", None)
    if post.is_hidden:
        return "hidden" if stored else None
    if stored is None:
        return "missing"
    if stored.version != version():
        return "outdated"
    return None if stored.keys == keys_of(post, post.topic) else "different"
