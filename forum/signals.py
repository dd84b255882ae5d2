"""Signals sent after commit when readers can see something new."""

from django.db import transaction
from django.dispatch import Signal

changed = Signal()
"""Sent once per change, after its transaction was committed.

kind: str, one of KINDS. topic: the Topic as saved. post: the Post that changed, or None for the
topic's header. moved_from: the id of the category the topic left, or None.
"""

KINDS = (
    "created",
    "edited",
    "hidden",
    "restored",
    "answered",
    "wiki",  # a post became a wiki, or is none any more, or is one for others
    "renamed",
    "closed",
    "opened",
    "pinned",
    "unpinned",
    "moved",
)


changing = Signal()
"""Sent once per change as `changed` is, with the same arguments, but in its transaction."""


stored_in_bulk = Signal()
"""Sent in the transaction that stores posts without Post.save: imported ones, or such that were
rendered anew. posts: a list of Posts with their topics.
"""


access_ended = Signal()
"""Sent in the transaction that ends all sessions of members. members: a list of their ids."""


written = Signal()
"""Sent in the transaction that saves a new post, or an edit of one, that somebody typed; not when a
former text is restored. post: Post as it is saved. author: the User who wrote it. is_new: bool.
"""


personal_changed = Signal()
"""Sent once per change of something that belongs to one member alone, after its transaction was
committed; once for all members whose thing of this kind and key was changed together.

kind and key: str, which thing it was (forum/models/personal_changes.py). heads: {member id: the
Head of that member's stream, with the number of this change}.
"""


announced = Signal()
"""Sent without arguments after an announcement was made, changed or ended, and committed."""


def announce_announcements():
    transaction.on_commit(lambda: announced.send_robust(sender=None), robust=True)


def announce(kind, topic, post=None, moved_from=None):
    def send():
        changed.send_robust(
            sender=type(topic), kind=kind, topic=topic, post=post, moved_from=moved_from
        )

    changing.send(sender=type(topic), kind=kind, topic=topic, post=post, moved_from=moved_from)
    transaction.on_commit(send, robust=True)  # a failing receiver must not fail a saved page
