"""Tells members of events, in batches by member id.

A batch, and how far its Event has come, are one transaction. It first locks its members: so a
member either has read the post already, or will find the notice when the reading is stored.
"""

import logging
import re
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.html import strip_tags

from forum import markdown
from forum.db.outages import is_outage
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.models import (
    Announcement,
    Attention,
    CategoryLevel,
    GroupName,
    Level,
    MemberLevel,
    PersonalChange,
    Post,
    Reading,
    Topic,
    TopicLevel,
    User,
    mentionable,
)

from . import kinds, preferences, ways
from .models import Event, Notice, Preferences
from .retention import KEPT

logger = logging.getLogger(__name__)
KIND = "notice"  # in the personal stream, with one key:
KEY = "all"
BATCH = 500  # members in one transaction
RECOUNTED = "recounted"  # kind of an Event: what members may see of their notices has changed
MOST_QUOTED = 50  # posts, in one
MENTION = 'class="mention"'
WATCHED = ("topic", "post")  # kinds
NEEDED = ("topic__category", "post__topic__category", "post__author", "post__edited_by", "by")
QUOTED = re.compile(r'<a [^>]*?href="/p/(\d{1,18})/"[^>]*>@')


@dataclass(frozen=True)
class Cause:
    """Why a member is told: a kind, and what its text needs."""

    kind: kinds.Kind
    data: dict = field(default_factory=dict)


# --- Events ---


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
    if event.kind == "created" and event.told_to == 0:
        follow_own(event.post)  # on its own, since it locks the author, who may not be the first
    with transaction.atomic():
        return tell_batch(event)


def tell_batch(event):
    rows = Event.objects.select_for_update(of=("self",)).select_related(*NEEDED)
    stored = rows.filter(pk=event.pk, due_at=event.due_at).first()
    if stored is None:
        return False
    if stored.kind == RECOUNTED:
        last = recount(stored)
    else:
        causes, last = next_causes(stored)
        about = stored.topic, stored.post, by_of(stored)
        tell_members(what_happened(stored), *about, causes, is_edit=stored.kind == "edited")
    if last is None:
        stored.delete()
        return False
    event.told_to, event.due_at = last, timezone.now()
    Event.objects.filter(pk=event.pk).update(told_to=last, due_at=event.due_at, attempts=0)
    return True


def what_happened(event):
    """The name of the event for its notices. One is told of a post once, whatever changes."""
    if event.kind in ("created", "edited", "restored"):
        return f"post:{event.post_id}"
    return f"{event.kind}:{event.pk}"


def by_of(event):
    """Who did it; for a restored post, its author, as for a new one."""
    match event.kind:
        case "created" | "restored":
            return event.post.author
        case "edited":
            return event.post.edited_by or event.post.author
    return event.by


def next_causes(event):
    """({id: Cause} of some members after `told_to`, the new `told_to` or None at the end)."""
    match event.kind:
        case "created" | "edited" | "restored":
            return of_post(event)
        case "announced":
            return of_announcement(event)
        case "hidden":
            members = [event.post.author_id]
        case _:
            members = [event.topic.author_id]
    cause = Cause(kinds.BY_NAME[event.kind], event.data)
    return visible(dict.fromkeys(active(members), cause), event.topic), None


def of_announcement(event):
    found = Announcement.objects.filter(pk=event.data["announcement"]).first()
    if found is None or not found.is_current:
        return {}, None
    everyone = User.objects.filter(pk__gt=event.told_to, is_active=True, is_placeholder=False)
    members = list(everyone.order_by("pk").values_list("pk", flat=True)[:BATCH])
    data = event.data | {"text": strip_tags(found.html).strip()}
    cause = Cause(kinds.BY_NAME["announcement"], data)
    return dict.fromkeys(members, cause), members[-1] if len(members) == BATCH else None


# --- Whom a post concerns ---


def follow_own(post):
    """Give the author the level that they have chosen for topics they write in."""
    chosen = preferences.of([post.author_id])[post.author_id]
    level = preferences.level(chosen, "own_topics" if post.number == 1 else "after_reply")
    if level > Level.NORMAL:
        TopicLevel.objects.set_automatically(post.author_id, post.topic, level)


def of_post(event):
    """Of an edit those who only follow it are not told. Who has been told is not again."""
    post, after = event.post, event.told_to
    is_old = post.created_at < timezone.now() - KEPT  # who has been told is not known any more
    if post.is_hidden or (is_old and event.kind != "created"):
        return {}, None
    told, groups = directly(post)
    lists = in_groups(groups, after)
    if event.kind != "edited":
        lists += followers(post, after)
    return next_of(event, told, lists)


def next_of(event, told, lists):
    """What `next_causes` returns. told: {id: Cause} of some. lists: of ids of others after
    `told_to`, each longer than BATCH if there are more; the first reason counts.
    """
    after = event.told_to
    told = {pk: cause for pk, cause in told.items() if pk > after}
    for members, cause in lists:
        told = dict.fromkeys(members, cause) | told
    members = sorted(told)
    is_end = len(members) <= BATCH and not any(len(one) > BATCH for one, _cause in lists)
    batch = members[:BATCH]
    wanted = wanted_by({pk: told[pk] for pk in batch}, event.post, by_of(event))
    return wanted, None if is_end else batch[-1]


def directly(post):
    """({id: Cause} of those whom the post answers, quotes or mentions, {group id: Cause}).

    The strongest reason counts. What is in a quotation mentions nobody. A group is mentioned if
    both the author and the last editor may do that: whoever edits a wiki writes in another's name.
    """
    writers = [post.author, post.edited_by or post.author]
    told, groups = {}, {}
    if MENTION in post.html:
        found = markdown.mentioned(post.body, mentionable)
        told = dict.fromkeys(found.members, Cause(kinds.BY_NAME["mention"]))
        names = GroupName.objects.in_bulk(
            GroupName.objects.mentioned_by(found.groups, *writers) if found.groups else []
        )
        kind = kinds.BY_NAME["group"]
        groups = {pk: Cause(kind, {"group": name.name}) for pk, name in names.items()}
    if ids := {int(pk) for pk in QUOTED.findall(post.html)[:MOST_QUOTED]}:
        quoted = Post.objects.visible_to(post.author).filter(pk__in=ids)
        told |= dict.fromkeys(
            quoted.values_list("author", flat=True), Cause(kinds.BY_NAME["quote"])
        )
    if post.reply_to_id:
        told[post.reply_to.author_id] = Cause(kinds.BY_NAME["reply"])
    return told, groups


def in_groups(groups, after):
    """[(ids of the first members after `after`, Cause)] of groups {id: Cause}."""
    memberships = User.groups.through.objects.filter(user__gt=after).order_by("user")
    return [(first(memberships.filter(group=pk), "user"), cause) for pk, cause in groups.items()]


def first(rows, field):
    """Each once, or the duplicates would hide that a list ends before the others."""
    return list(rows.values_list(field, flat=True).distinct()[: BATCH + 1])


def followers(post, after):
    """The same for those who watch its topic or category, follow its author, or get every post by
    email."""
    topic = post.topic
    watching = kinds.BY_NAME["topic" if post.number == 1 else "post"]
    places = [topic.category_id, topic.category.parent_id]
    found = (
        (TopicLevel.objects.filter(topic=topic, level=Level.WATCHING), watching),
        (CategoryLevel.objects.filter(category__in=places, level=Level.WATCHING), watching),
        (
            MemberLevel.objects.filter(other=post.author_id, level=Attention.FOLLOWED),
            kinds.BY_NAME["followed"],
        ),
        (Preferences.objects.filter(mailing_list=True), kinds.BY_NAME["list"]),
    )
    return [
        (first(rows.filter(member__gt=after).order_by("member"), "member"), Cause(kind))
        for rows, kind in found
    ]


def wanted_by(told, post, by):
    """The Causes of those of these members who want to be told, and may see the post.

    by: who wrote or edited it.
    """
    members = active(set(told) - {post.author_id, by.pk})
    if not members:
        return {}
    levels, attention = levels_of(members, post.topic), attention_of(members, post.author_id)
    attention_to_editor = attention if by == post.author else attention_of(members, by.pk)
    lists = Preferences.objects.filter(member__in=members, mailing_list=True)
    listed = set(lists.values_list("member", flat=True))
    causes = {}
    for pk in members:
        least = min(attention[pk], attention_to_editor[pk])
        if levels[pk] == Level.MUTED or least <= Attention.MUTED:
            continue
        if told[pk].kind.name not in WATCHED or levels[pk] == Level.WATCHING:
            causes[pk] = told[pk]
        elif attention[pk] == Attention.FOLLOWED:  # the category is watched, but not the topic
            causes[pk] = Cause(kinds.BY_NAME["followed"])
        elif pk in listed:
            causes[pk] = Cause(kinds.BY_NAME["list"])
    return visible(causes, post.topic)


def active(members):
    if not members:
        return []
    found = User.objects.filter(pk__among=members, is_active=True, is_placeholder=False)
    return list(found.values_list("pk", flat=True))


def levels_of(members, topic):
    """{id: the Level that each member has for a topic}, as forum.models.levels says."""
    levels: dict[int, int] = dict.fromkeys(members, Level.NORMAL)
    category = topic.category
    chosen = CategoryLevel.objects.filter(member__in=members)
    for place in (category.parent_id, category.pk):
        if place is not None:
            levels |= dict(chosen.filter(category=place).values_list("member", "level"))
    in_topic = TopicLevel.objects.filter(member__in=members, topic=topic)
    return levels | dict(in_topic.values_list("member", "level"))


def attention_of(members, author_id):
    paid = MemberLevel.objects.filter(member__in=members, other=author_id)
    return dict.fromkeys(members, Attention.NORMAL) | dict(paid.values_list("member", "level"))


def visible(causes, topic):
    """Those of members who may see the topic."""
    if not causes or Topic.objects.visible_to(AnonymousUser()).filter(pk=topic.pk).exists():
        return causes
    return {
        member.pk: causes[member.pk]
        for member in User.objects.filter(pk__among=causes)
        if Topic.objects.visible_to(member).filter(pk=topic.pk).exists()
    }


# --- Notices ---


def tell_members(event, topic, post, by, causes, is_edit=False):
    """Store a notice for each of these members who has none of this event, and tell their pages.

    event: str, see Notice. causes: {id: Cause}. is_edit: who has read the post before has not
    read what it says now. Call it in a transaction.
    """
    causes = without_told(event, causes)
    if not causes:
        return
    PersonalChange.objects.record_for_all(KIND, dict.fromkeys(causes, KEY))  # locks them
    earlier = notices_of(event, causes)
    readings = Reading.objects.filter(topic=topic, user__in=causes) if post else ()
    read_to = {reading.user_id: reading.number for reading in readings}
    chosen = preferences.of(causes)
    new = []
    stronger = []
    for member, cause in causes.items():
        if member in earlier:
            if strengthen(earlier[member], cause, by, chosen[member]):
                stronger.append(earlier[member])
            continue
        number = post.number if post and cause.kind.is_read_with_post else None
        is_read = not is_edit and number is not None and read_to.get(member, 0) >= number
        if is_read and cause.kind.rank < kinds.DIRECT and not chosen[member].mailing_list:
            continue
        wanted = preferences.ways(chosen[member], cause.kind)
        notice = Notice(
            member_id=member,
            kind=cause.kind.name,
            event=event,
            topic=topic,
            post=post,
            number=number,
            by=by,
            data=cause.data,
            seen_at=timezone.now() if is_read else None,
            on_page=wanted.page,
        )
        notice.merge = cause.kind.merge(notice)
        new.append(notice)
    Notice.objects.bulk_create(new)
    ways.send(new + stronger, chosen)


def without_told(event, causes):
    """Those of which members have not been told, or not as strongly.

    An edit of a post that mentions a large group writes nothing to members who know of it.
    """
    earlier = notices_of(event, causes)
    return {
        pk: cause
        for pk, cause in causes.items()
        if pk not in earlier or is_stronger(cause, earlier[pk])
    }


def notices_of(event, members):
    known = Notice.objects.filter(event=event, member__in=members)
    fields = ("member", "kind", "topic", "post", "seen_at")
    return {notice.member_id: notice for notice in known.only(*fields)}


def is_stronger(cause, notice):
    """Anything is stronger than a post that a member gets as one of a mailing list."""
    rank = kinds.BY_NAME[notice.kind].rank
    least = rank if notice.kind == "list" else max(rank, kinds.DIRECT - 1)
    return notice.seen_at is None and cause.kind.rank > least


def strengthen(notice, cause, by, chosen):
    """A reply that a saved search has found before is a reply. True if the notice has changed."""
    if not is_stronger(cause, notice):
        return False
    notice.kind, notice.by, notice.data = cause.kind.name, by, cause.data
    notice.merge = cause.kind.merge(notice)
    notice.on_page = preferences.ways(chosen, cause.kind).page
    notice.save(update_fields=["kind", "by", "merge", "data", "on_page"])
    return True


def recount(event):
    """Tell pages how many are unread, since some are shown no more, or again.

    Of a batch of members with unread notices about the post, or the topic; returns the new
    `told_to`, or None at the end.
    """
    about = {"post": event.post} if event.post else {"topic": event.topic}
    unseen = Notice.objects.unseen().filter(member__gt=event.told_to, on_page=True, **about)
    rows = unseen.order_by("member").values_list("member", flat=True)
    members = list(rows.distinct()[:BATCH])
    PersonalChange.objects.record_for_all(KIND, dict.fromkeys(members, KEY))
    return members[-1] if len(members) == BATCH else None


def on_found(sender, kind, post, found, **_kwargs):
    """Receives what other apps tell (forum.signals.telling)."""
    told = {pk: Cause(kinds.BY_NAME[kind], data) for pk, data in found.items()}
    levels = levels_of(told, post.topic)
    attention = attention_of(told, post.author_id)
    wanted = {
        pk: cause
        for pk, cause in told.items()
        if levels[pk] != Level.MUTED and attention[pk] > Attention.MUTED
    }
    if wanted:
        tell_members(f"post:{post.pk}", post.topic, post, post.author, wanted)
