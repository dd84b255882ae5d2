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
from forum.jobs.outbox import LEASE
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
BATCH = 250  # members in one transaction
MOST_QUOTED = 50  # posts, in one
MENTION = 'class="mention"'
WATCHED = ("topic", "post")  # kinds
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
            while not stopping.is_set() and tell_some(event):
                pass
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("Event %s could not be told.", event.pk)
            event.retry(error)


@transaction.atomic
def tell_some(event):
    """Tell the next members; False if that was all, or another worker has taken the event."""
    stored = Event.objects.select_for_update().filter(pk=event.pk, due_at=event.due_at).first()
    if stored is None:
        return False
    causes, last = next_causes(stored)
    if causes:
        tell_members(what_happened(stored), stored.topic, stored.post, by_of(stored), causes)
    if last is None:
        stored.delete()
        return False
    event.due_at = timezone.now() + LEASE
    Event.objects.filter(pk=event.pk).update(told_to=last, due_at=event.due_at)
    return True


def what_happened(event):
    """The name of the event for its notices. One is told of a post once, whatever changes."""
    if event.kind in ("created", "edited", "restored"):
        return f"post:{event.post_id}"
    return f"{event.kind}:{event.pk}"


def by_of(event):
    """Who did it; for a restored post, its author, as for a new one."""
    return event.post.author if event.kind in ("created", "edited", "restored") else event.by


def next_causes(event):
    """({id: Cause} of some members after `told_to`, the new `told_to` or None at the end)."""
    match event.kind:
        case "created" | "restored":
            if event.kind == "created" and event.told_to == 0:
                follow_own(event.post)
            return of_post(event.post, event.told_to)
        case "edited":
            return of_edit(event.post, event.told_to)
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
    if found is None:
        return {}, None
    everyone = User.objects.filter(pk__gt=event.told_to, is_active=True, is_placeholder=False)
    members = list(everyone.order_by("pk").values_list("pk", flat=True)[:BATCH])
    cause = Cause(kinds.BY_NAME["announcement"], {"text": strip_tags(found.html).strip()})
    return dict.fromkeys(members, cause), members[-1] if len(members) == BATCH else None


# --- Whom a post concerns ---


def follow_own(post):
    """Give the author the level that they have chosen for topics they write in."""
    chosen = preferences.of([post.author_id])[post.author_id]
    level = preferences.level(chosen, "own_topics" if post.number == 1 else "after_reply")
    if level > Level.NORMAL:
        TopicLevel.objects.set_automatically(post.author_id, post.topic, level)


def of_post(post, after):
    if post.is_hidden:
        return {}, None
    told, groups = directly(post)
    return next_of(post, after, told, [*in_groups(groups, after), *followers(post, after)])


def of_edit(post, after):
    """As for a new post, but without those who only follow it. Who has been told is not again."""
    if post.is_hidden or post.created_at < timezone.now() - KEPT:
        return {}, None
    told, groups = directly(post)
    return next_of(post, after, told, in_groups(groups, after))


def next_of(post, after, told, lists):
    """What `next_causes` returns. told: {id: Cause} of some. lists: of ids of others after `after`,
    each longer than BATCH if there are more; the first reason counts.
    """
    told = {pk: cause for pk, cause in told.items() if pk > after}
    for members, cause in lists:
        told = dict.fromkeys(members, cause) | told
    members = sorted(told)
    is_end = len(members) <= BATCH and not any(len(one) > BATCH for one, _cause in lists)
    batch = members[:BATCH]
    return wanted_by({pk: told[pk] for pk in batch}, post), None if is_end else batch[-1]


def directly(post):
    """({id: Cause} of those whom the post answers, quotes or mentions, {group id: Cause}).

    The strongest reason counts. What is in a quotation mentions nobody.
    """
    told, groups = {}, {}
    if MENTION in post.html:
        found = markdown.mentioned(post.body, mentionable)
        told = dict.fromkeys(found.members, Cause(kinds.BY_NAME["mention"]))
        names = GroupName.objects.in_bulk(
            GroupName.objects.mentioned_by(found.groups, post.author) if found.groups else []
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


def wanted_by(told, post):
    """The Causes of those of these members who want to be told, and may see the post."""
    members = active(set(told) - {post.author_id})
    levels, attention = levels_of(members, post.topic), attention_of(members, post.author_id)
    lists = Preferences.objects.filter(member__in=members, mailing_list=True)
    listed = set(lists.values_list("member", flat=True))
    causes = {}
    for pk in members:
        if levels[pk] == Level.MUTED or attention[pk] <= Attention.MUTED:
            continue
        if told[pk].kind.name not in WATCHED or levels[pk] == Level.WATCHING:
            causes[pk] = told[pk]
        elif attention[pk] == Attention.FOLLOWED:  # the category is watched, but not the topic
            causes[pk] = Cause(kinds.BY_NAME["followed"])
        elif pk in listed:
            causes[pk] = Cause(kinds.BY_NAME["list"])
    return visible(causes, post.topic)


def active(members):
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


def tell_members(event, topic, post, by, causes):
    """Store a notice for each of these members who has none of this event, and tell their pages.

    event: str, see Notice. causes: {id: Cause}. Call it in a transaction.
    """
    PersonalChange.objects.record_for_all(KIND, dict.fromkeys(causes, KEY))  # locks them
    known = Notice.objects.filter(event=event, member__in=causes)
    earlier = {notice.member_id: notice for notice in known.only("member", "kind", "seen_at")}
    readings = Reading.objects.filter(topic=topic, user__in=causes) if post else ()
    read_to = {reading.user_id: reading.number for reading in readings}
    chosen = preferences.of(causes)
    new = []
    stronger = []
    for member, cause in causes.items():
        if member in earlier:
            if strengthen(earlier[member], cause, topic, post, by, chosen[member]):
                stronger.append(earlier[member])
            continue
        is_read = post is not None and read_to.get(member, 0) >= post.number
        if is_read and cause.kind.rank < kinds.DIRECT:
            continue
        wanted = preferences.ways(chosen[member], cause.kind)
        new.append(
            Notice(
                member_id=member,
                kind=cause.kind.name,
                event=event,
                merge=cause.kind.merge(topic, post, by.pk if by else 0),
                topic=topic,
                post=post,
                number=post.number if post else None,
                by=by,
                data=cause.data,
                seen_at=timezone.now() if is_read else None,
                on_page=wanted.page,
            )
        )
    Notice.objects.bulk_create(new)
    ways.send(new + stronger, chosen)


def strengthen(notice, cause, topic, post, by, chosen):
    """A reply that a saved search has found before is a reply. True if the notice has changed.

    Anything is stronger than a post that a member gets as one of a mailing list.
    """
    rank = kinds.BY_NAME[notice.kind].rank
    least = rank if notice.kind == "list" else max(rank, kinds.DIRECT - 1)
    if notice.seen_at is not None or cause.kind.rank <= least:
        return False
    notice.kind, notice.data = cause.kind.name, cause.data
    notice.merge = cause.kind.merge(topic, post, by.pk if by else 0)
    notice.on_page = preferences.ways(chosen, cause.kind).page
    notice.save(update_fields=["kind", "merge", "data", "on_page"])
    return True


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
