"""Tells members of events, in batches by member id.

A batch, and how far its Event has come, are one transaction. It locks its members before it reads
what they have read: so a member either has read the post already, or will find the notice when the
reading is stored.
"""

import logging

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.html import strip_tags

from forum.db.outages import is_outage
from forum.db.prepared import Prepared
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.models import Announcement, PersonalChange, Topic, TopicLevel, User

from . import accepting, concerned, kinds, moderated, reacting
from .concerned import Cause, Concerned, follow_own
from .models import Event, Notice
from .retention import KEPT
from .storing import KEY, KIND, tell_members

logger = logging.getLogger(__name__)
RECOUNTED = "recounted"  # kind of an Event: what members may see of their notices has changed
POSTS = ("created", "edited", "restored")
NEEDED = ("topic__category", "post__topic__category", "post__author", "post__edited_by")


@every(seconds=10)
def sweep():
    """Finds events without a hint: of killed workers, lost hints and later attempts."""
    if Event.objects.due().exists():
        tell()


@job
def tell():
    while not stopping.is_set() and (event := Event.objects.take()):
        try:
            tell_some(event)
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("Event %s could not be told.", event.pk)
            event.retry(error)


def tell_some(event):
    """Tell the next members; False if that was all, or another worker has taken the event.

    Otherwise it is due again at once, after others that wait: what concerns one member does not
    wait until an announcement was told to all.
    """
    stored = next(iter(STORED.instances(AnonymousUser(), event.pk)), None)
    if stored is None:
        return False
    if stored.kind == "created" and stored.told_to == 0 and not stored.has_author_level:
        follow_own(stored.post)  # on its own, since it locks the author, who may not be the first
    if stored.kind in POSTS:
        return tell_of_post(event, stored)
    if stored.kind == RECOUNTED and stored.post:
        moderated.withdraw_hiding(stored.post)
    with transaction.atomic():
        return tell_of(event, stored)


def tell_of_post(event, stored):
    """The same as `tell_some`. What concerns nobody needs no transaction."""
    found, last = of_event(stored)
    if last is None and not (found.causes or found.lost):
        event.end()
        return False
    about = f"post:{stored.post_id}", stored.topic, stored.post
    with transaction.atomic():
        if not advance(event, last):
            return False
        tell_members(*about, found.causes, found.lost, stored.kind == "edited")
    return last is not None


def stored_event(reader, pk):
    """The Event; is_public: whether everybody may read its topic; has_author_level: whether the
    author has a level for it.
    """
    public = Topic.objects.visible_to(AnonymousUser()).filter(pk=OuterRef("topic"))
    mine = TopicLevel.objects.filter(member=OuterRef("post__author"), topic=OuterRef("topic"))
    rows = Event.objects.select_related(*NEEDED).filter(pk=pk)
    return rows.annotate(is_public=Exists(public), has_author_level=Exists(mine))


STORED = Prepared(stored_event)


def advance(event, last):
    """Lock a leased event, and note that members were told up to the id `last`, or all if that is
    None; False if another worker has taken it.
    """
    if last is None:
        return event.end()
    mine = Event.objects.filter(pk=event.pk, due_at=event.due_at)
    event.told_to, event.due_at = last, timezone.now()
    return bool(mine.update(told_to=last, due_at=event.due_at, attempts=0))


def of_event(event):
    post = event.post
    is_old = post.created_at < timezone.now() - KEPT  # who has been told is not known any more
    if post.is_hidden or (is_old and event.kind != "created"):
        return Concerned(), None
    return concerned.of_post(post, event.told_to, event.kind == "edited", event.is_public)


# --- Other events ---


def tell_of(event, stored):
    """The same as `tell_some`, for what is not about the text of a post."""
    members, last = members_of(stored)
    if not advance(event, last):
        return False
    match stored.kind:
        case "announced":
            tell_members(f"announced:{stored.pk}", None, None, announced(stored, members))
        case "recounted":
            # some of their notices are shown no more, or again
            PersonalChange.objects.record_for_all(KIND, dict.fromkeys(members, KEY))
        case reacting.KIND:
            reacting.tell(stored.post)
        case accepting.ACCEPTED:
            accepting.tell(stored)
        case "hidden":
            moderated.tell_of_hiding(stored)
        case _:
            moderated.tell_of_header(stored)
    return last is not None


def members_of(event):
    """(ids of the next members, the last of them or None at the end)."""
    match event.kind:
        case "announced":
            rows = User.objects.filter(pk__gt=event.told_to, is_active=True, is_placeholder=False)
            members = rows.order_by("pk").values_list("pk", flat=True)
        case "recounted":
            about = {"post": event.post} if event.post else {"topic": event.topic}
            rows = Notice.objects.unseen().filter(member__gt=event.told_to, on_page=True, **about)
            members = rows.order_by("member").values_list("member", flat=True).distinct()
        case _:
            return [], None
    members = list(members[: concerned.BATCH])
    return members, members[-1] if len(members) == concerned.BATCH else None


def announced(event, members):
    """{id: Cause}, if the announcement was not ended meanwhile."""
    found = Announcement.objects.filter(pk=event.data["announcement"]).first()
    if found is None or not found.is_current:
        return {}
    data = event.data | {"text": strip_tags(found.html).strip()}
    return dict.fromkeys(members, Cause(kinds.BY_NAME["announcement"], None, data))
