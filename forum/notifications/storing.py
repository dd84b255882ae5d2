"""Stores notices of members, and withdraws those whose reason is gone."""

from django.utils import timezone

from forum.db import membership
from forum.models import Attention, Level, PersonalChange, User
from forum.models.personal_changes import PRUNE_EVERY

from . import kinds, preferences, ways
from .concerned import Cause, asked, chosen_by
from .models import Notice
from .retention import prune_some

KIND = "notice"  # in the personal stream, with one key:
KEY = "all"


def tell_members(event, topic, post, causes, lost=(), is_edit=False):
    """Store a notice for each of these members who has none of this event, and tell their pages.

    event: str, see Notice. causes: {id: Cause}. lost: ids of members whose notice is weakened to
    their Cause, or withdrawn if they have none. is_edit: who has read the post before has not read
    what it says now. Call it in a transaction.
    """
    if is_edit:
        causes = without_told(event, causes, lost)
    members = sorted({*causes, *lost})
    if not members:
        return
    chosen = preferences.of(members)
    lock(members, [pk for pk in members if is_on_page(causes.get(pk), chosen[pk])])
    read_to, earlier = known_of(members, topic, event)
    new, changed = [], []
    for pk in members:
        cause, notice = causes.get(pk), earlier.get(pk)
        if notice is None and pk not in lost:
            new += noticed(pk, cause, event, topic, post, chosen[pk], read_to.get(pk), is_edit)
        elif notice and (weaken if pk in lost else strengthen)(notice, cause, chosen[pk]):
            changed.append(notice)
    Notice.objects.bulk_create(new)
    ways.send(new + changed, chosen)


def without_told(event, causes, lost):
    """Those of which members have not been told, or not as strongly.

    An edit of a post that mentions a large group writes nothing to members who know of it.
    """
    earlier = {notice.member_id: notice for notice in notices_of(event, causes)}
    return {
        pk: cause
        for pk, cause in causes.items()
        if pk in lost or pk not in earlier or is_stronger(cause, earlier[pk])
    }


def notices_of(event, members):
    fields = ("member", "kind", "topic", "post", "seen_at")
    return Notice.objects.filter(event=event, member__in=members).only(*fields)


def is_on_page(cause, chosen):
    """False only if nothing that the member has on pages can change."""
    if cause is None or cause.kind.rank >= kinds.DIRECT:
        return True
    return preferences.ways(chosen, cause.kind).page


def lock(members, on_page):
    """Lock members, by id, until the transaction ends; the pages of some count again."""
    if len(on_page) < len(members):
        rows = User.objects.filter(pk__among=members).select_for_update(no_key=True)
        list(rows.order_by("pk").values_list("pk"))
    heads = PersonalChange.objects.record_for_all(KIND, dict.fromkeys(on_page, KEY))
    prune_some([pk for pk, head in heads.items() if head.change % PRUNE_EVERY == 0])


KNOWN = """
SELECT u.id, r.number, n.id FROM forum_user u
LEFT JOIN forum_reading r ON r.user_id = u.id AND r.topic_id = %s
LEFT JOIN notifications_notice n ON n.member_id = u.id AND n.event = %s
WHERE {among} AND (r.number IS NOT NULL OR n.id IS NOT NULL)
"""


def known_of(members, topic, event):
    """({id: the number up to which the member has read}, {id: Notice of the event}) of those who
    have any. To be asked once they are locked.
    """
    among, ids = membership.condition("u.id", members)
    rows = asked(KNOWN.format(among=among), [topic.pk if topic else 0, event, *ids])
    told = {pk for pk, _number, notice in rows if notice}
    earlier = {notice.member_id: notice for notice in notices_of(event, told)} if told else {}
    return {pk: number for pk, number, _notice in rows if number}, earlier


def noticed(member, cause, event, topic, post, chosen, read_to, is_edit):
    """[a new Notice], or [] if the member has read it, and it does not concern them alone."""
    number = post.number if post and cause.kind.is_read_with_post else None
    is_read = not is_edit and number is not None and (read_to or 0) >= number
    if is_read and cause.kind.rank < kinds.DIRECT and not chosen.mailing_list:
        return []
    notice = Notice(
        member_id=member,
        kind=cause.kind.name,
        event=event,
        topic=topic,
        post=post,
        number=number,
        by_id=cause.by,
        data=cause.data,
        seen_at=timezone.now() if is_read else None,
        on_page=preferences.ways(chosen, cause.kind).page,
    )
    notice.merge = cause.kind.merge(notice)
    return [notice]


def is_stronger(cause, notice):
    """Anything is stronger than a post that a member gets as one of a mailing list."""
    rank = kinds.BY_NAME[notice.kind].rank
    least = rank if notice.kind == "list" else max(rank, kinds.DIRECT - 1)
    return notice.seen_at is None and cause.kind.rank > least


def strengthen(notice, cause, chosen):
    """A reply that a saved search has found before is a reply. True if the notice has changed."""
    return is_stronger(cause, notice) and change(notice, cause, chosen)


def weaken(notice, cause, chosen):
    """A mention that was edited out is a post to a member who follows it, and nothing to others.
    True if the notice stays.
    """
    if notice.seen_at:
        return False
    if cause:
        return change(notice, cause, chosen)
    withdraw(Notice.objects.filter(pk=notice.pk))
    return False


def change(notice, cause, chosen):
    notice.kind, notice.by_id, notice.data = cause.kind.name, cause.by, cause.data
    notice.merge = cause.kind.merge(notice)
    notice.on_page = preferences.ways(chosen, cause.kind).page
    notice.save(update_fields=["kind", "by", "merge", "data", "on_page"])
    return True


def withdraw(notices):
    """Take back notices whose reason is gone, with what was to be sent of them.

    Their members are locked. One that was sent stays as a seen one, on no page, so that the same is
    not sent again.
    """
    sent = list(notices.was_sent().values_list("pk", flat=True))
    notices.exclude(pk__in=sent).delete()
    notices.filter(pk__in=sent).update(seen_at=timezone.now(), on_page=False)


def on_found(sender, kind, post, found, **_kwargs):
    """Receives what other apps tell (forum.signals.telling)."""
    causes = {
        pk: Cause(kinds.BY_NAME[kind], post.author_id, found[pk])
        for pk, level, to_author, _to_editor, _is_listed in chosen_by(found, post)
        if level != Level.MUTED and to_author > Attention.MUTED
    }
    if causes:
        tell_members(f"post:{post.pk}", post.topic, post, causes)


def on_withdrawn(sender, member_id, kind, about, **_kwargs):
    """Receives that what another app told is no more (forum.signals.withdrawn)."""
    lost = Notice.objects.filter(member=member_id, kind=kind, seen_at=None)
    lost = lost.filter(**{f"data__{name}": value for name, value in about.items()})
    if lost.exists():
        PersonalChange.objects.record(member_id, KIND, KEY)
        withdraw(lost)
