"""Tells members what moderators do with their topics and posts: what is different in the end.

A topic that was renamed twice before its author saw that was renamed once. One that was renamed
back was not, and nothing is told, on pages or by email. What an email or a push has said is known.
"""

from django.db import transaction

from forum.models import PersonalChange

from . import kinds
from .concerned import Cause, visible
from .models import Notice
from .storing import KEY, KIND, tell_members, withdraw

STATES = {  # kind: what of a topic it changes
    "renamed": "title",
    "moved": "category_id",
    "closed": "is_open",
    "opened": "is_open",
}


def same(kind):
    """The kinds that change the same."""
    return [other for other in STATES if STATES[other] == STATES[kind]]


def tell_of_header(event):
    """Tell the author of a topic what it has become, in a transaction."""
    topic, author = event.topic, event.topic.author_id
    mine = unknown(author, same(event.kind), topic=topic)
    first = mine.first()
    before = (first or event).data.get("before")
    now = getattr(topic, STATES[event.kind])
    is_told = now != before and event.by_id not in (None, author)
    if first:
        PersonalChange.objects.record(author, KIND, KEY)
        withdraw(mine)
    if is_told:
        tell_author(author, event, {"before": before, "after": now})


def tell_of_hiding(event):
    post = event.post
    if not post.is_hidden:
        return
    PersonalChange.objects.record(post.author_id, KIND, KEY)
    withdraw(unknown(post.author_id, ["hidden"], post=post))
    tell_author(post.author_id, event, event.data)


@transaction.atomic
def withdraw_hiding(post):
    """The author of a post that is shown again need not learn any more that it was hidden."""
    mine = unknown(post.author_id, ["hidden"], post=post)
    if not post.is_hidden and mine.exists():
        PersonalChange.objects.record(post.author_id, KIND, KEY)
        withdraw(mine)


def unknown(member, names, **about):
    notices = Notice.objects.unseen().filter(member=member, kind__in=names, **about)
    return notices.exclude(pk__in=notices.was_sent()).order_by("pk")


def tell_author(author, event, data):
    cause = Cause(kinds.BY_NAME[event.kind], event.by_id, data)
    told = visible({author: cause}, event.topic)
    tell_members(f"{event.kind}:{event.pk}", event.topic, event.post, told)
