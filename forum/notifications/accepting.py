"""Tells authors that their post was accepted as the answer, and withdraws it if it is taken back.

What a worker finds counts: who takes back at once what they accepted has told nothing.
"""

from forum.models import Attention, MemberLevel, PersonalChange

from . import kinds
from .concerned import Cause
from .models import Event, Notice
from .reacting import is_wanted
from .storing import KEY, KIND, tell_members, withdraw

ACCEPTED = "accepted"  # of the Event, and of the notice


def expect(post, by):
    """To be called in the transaction in which the post became the answer, or is it no more.

    A post has one Event that waits at most. A worker that has begun with it finds that it has lost
    it.
    """
    waiting = Event.objects.waiting().filter(kind=ACCEPTED, post=post)
    if not waiting.update(by=by):
        Event.objects.create(kind=ACCEPTED, topic_id=post.topic_id, post=post, by=by)


def tell(event):
    """Bring the notice of the post's author up to date, in a transaction."""
    post, author = event.post, event.post.author
    if post.is_answer:
        if is_told(event):
            cause = Cause(kinds.BY_NAME[ACCEPTED], event.by_id)
            tell_members(f"{ACCEPTED}:{post.pk}", post.topic, post, {author.pk: cause})
        return
    mine = Notice.objects.filter(member=author, kind=ACCEPTED, post=post, seen_at=None)
    if mine.exists():
        PersonalChange.objects.record(author.pk, KIND, KEY)
        withdraw(mine)


def is_told(event):
    """Whether the author learns it: not of what they did themselves, what is hidden or muted."""
    post = event.post
    if post.is_hidden or event.by_id in (None, post.author_id):
        return False
    muted = MemberLevel.objects.filter(member=post.author, level__lte=Attention.MUTED)
    return is_wanted(post.author, post.topic_id) and not muted.filter(other=event.by_id).exists()
