"""Collects the forum's signals, as realtime receives them."""

from contextlib import contextmanager

from forum.signals import changed


@contextmanager
def heard():
    """Yields a list of the changes meanwhile: (kind, change number, post number or None)."""
    received = []

    def listen(sender, kind, topic, post, **kwargs):
        received.append((kind, topic.change, post.number if post else None))

    changed.connect(listen)
    try:
        yield received
    finally:
        changed.disconnect(listen)
