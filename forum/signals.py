"""Signals sent after commit when readers can see something new."""

from django.db import transaction
from django.dispatch import Signal

changed = Signal()
"""Sent once per change, after its transaction was committed.

kind: str, one of KINDS. topic: the Topic as saved. post: the Post that changed, or None for the
topic's header. moved_from: the id of the category the topic left, or None. former: the Topic as it
was before a change of its header, or None. by: the User who changed the header, hid the post,
reacted to it or accepted it as the answer, or None if that is not known.
"""

KINDS = (
    "created",
    "edited",
    "hidden",
    "restored",
    "answered",
    "reacted",  # somebody has reacted to a post, or no longer does; lists don't show it
    "polled",  # somebody has voted, or a poll has closed; lists don't show it
    "solved",  # the question shows an accepted answer, another or none, or it as it reads now
    "accepted",  # a post became the accepted answer, or is it no more
    "pictures",  # of a post have become ready
    "wiki",  # a post became a wiki, or is none any more, or is one for others
    "renamed",
    "closed",
    "opened",
    "pinned",
    "unpinned",
    "moved",
    "tagged",  # the topic has other tags, or one of them has another name
)


changing = Signal()
"""Sent once per change as `changed` is, with the same arguments, but in its transaction."""


stored_in_bulk = Signal()
"""Sent in the transaction that stores posts without Post.save: imported ones, or such that were
rendered anew. posts: a list of Posts with their topics.
"""


uploaded = Signal()
"""Sent in the transaction that stores a picture which is to be prepared. upload: Upload."""


tag_changed = Signal()
"""Sent in the transaction that renames a tag or merges it into another one, so that its topics have
to be shown anew. tag: Tag.
"""


access_ended = Signal()
"""Sent in the transaction that ends all sessions of members. members: a list of their ids."""


written = Signal()
"""Sent in the transaction that saves a new post, or an edit of one, that somebody typed; not when a
former text is restored. post: Post as it is saved. author: the User who wrote it. is_new: bool.
"""


personal_changed = Signal()
"""Sent once per change of something that belongs to one member alone, after its transaction was
committed; once for all members whose things of this kind were changed together.

kind: str; keys: {member id: str}, which things they were (forum/models/personal_changes.py). heads:
{member id: the Head of that member's stream, with the number of this change}.
"""


announced = Signal()
"""Sent without arguments after an announcement was made, changed or ended, and committed."""


def announce_announcements():
    transaction.on_commit(lambda: announced.send_robust(sender=None), robust=True)


seen = Signal()
"""Sent in the transaction that stores how far a member has read a topic. member_id, topic_id and
number: int; the posts up to this number have been on the member's screen.
"""


telling = Signal()
"""Sent in the transaction in which an app has found something to tell members. kind: str, a kind of
notice. post: Post. found: {member id: a dict for the kind's text}.
"""


told = Signal()
"""Sent in the transaction in which a member has seen what an app told. member_id: int. kind: str.
posts: list of ids.
"""


withdrawn = Signal()
"""Sent in the transaction in which what an app told a member loses its reason. member_id: int.
kind: str, a kind of notice. about: a dict, which of them: what their data has in common.
"""


bounced = Signal()
"""Sent in the transaction that processes a report that a mail was not delivered. member_id: int,
the member to whom it was sent. address: str, the address that does not take it.
"""


def announce(kind, topic, post=None, former=None, by=None):
    """Send `changing` now, and `changed` after the commit."""
    about = {
        "kind": kind,
        "topic": topic,
        "post": post,
        "moved_from": former.category_id if kind == "moved" else None,
        "former": former,
        "by": by,
    }

    def send():
        changed.send_robust(sender=type(topic), **about)

    changing.send(sender=type(topic), **about)
    transaction.on_commit(send, robust=True)  # a failing receiver must not fail a saved page
