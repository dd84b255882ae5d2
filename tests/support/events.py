"""Somebody who listens to the forum as the live pages do."""

from contextlib import contextmanager

from forum.signals import changed


@contextmanager
def heard():
    """Collects (kind, change number, number of the post or None) of what is announced meanwhile."""
    news = []

    def listen(sender, kind, topic, post, **kwargs):
        news.append((kind, topic.change, post.number if post else None))

    changed.connect(listen)
    try:
        yield news
    finally:
        changed.disconnect(listen)
