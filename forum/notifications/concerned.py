"""Finds whom a post concerns, and why; in few statements, whose SQL is written once.

Most posts concern nobody, or one or two members. Then the time that Django needs to put SQL
together would be most of what telling costs.
"""

import re
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from forum import markdown
from forum.db import membership
from forum.db.prepared import cursor_of
from forum.models import (
    Attention,
    GroupName,
    Level,
    Post,
    Topic,
    TopicLevel,
    User,
    mentionable,
)

from . import kinds, preferences
from .models import Notice

BATCH = 500  # members in one transaction
MOST_QUOTED = 50  # posts, in one
MENTION = 'class="mention"'
QUOTED = re.compile(r'<a [^>]*?href="/p/(\d{1,18})/"[^>]*>@')
WATCHED = ("topic", "post")  # kinds
NAMING = ("mention", "group", "quote")


@dataclass(frozen=True)
class Cause:
    """Why a member is told: a kind, what its text needs, and the id of the member who did it."""

    kind: kinds.Kind
    by: int | None
    data: dict = field(default_factory=dict)


@dataclass
class Concerned:
    """Members whom a post concerns: those of `causes` {id: Cause} are to be told, the others may
    have a notice whose reason is `lost`.
    """

    causes: dict = field(default_factory=dict)
    lost: list = field(default_factory=list)


def follow_own(post):
    """Give the author the level that they have chosen for topics they write in."""
    chosen = preferences.of([post.author_id])[post.author_id]
    level = preferences.level(chosen, "own_topics" if post.number == 1 else "after_reply")
    if level > Level.NORMAL:
        TopicLevel.objects.set_automatically(post.author_id, post.topic, level)


def of_post(post, after, is_edit, is_public):
    """(Concerned among members after the id `after`, the last of these ids or None at the end).

    Of an edit those who only follow it are not told. Whom it does not mention any more is lost.
    """
    told, groups = directly(post)
    lists = in_groups(groups, after)
    if is_edit:
        lists.append((named_before(post, after), follower(post)))
    else:
        lists += followers(post, after)
    told = {pk: cause for pk, cause in told.items() if pk > after}
    for members, cause in lists:  # the first reason counts
        told = dict.fromkeys(members, cause) | told
    members = sorted(told)
    is_end = len(members) <= BATCH and not any(len(one) > BATCH for one, _cause in lists)
    batch = members[:BATCH]
    causes = wanted_by({pk: told[pk] for pk in batch}, post, is_public)
    lost = [pk for pk in batch if is_edit and told[pk].kind.name in WATCHED]
    return Concerned(causes, lost), None if is_end else batch[-1]


def directly(post):
    """({id: Cause} of those whom the post answers, quotes or mentions, {group id: Cause}).

    The strongest reason counts. What is in a quotation mentions nobody. A group is mentioned if
    both the author and the last editor may do that: whoever edits a wiki writes in another's name,
    and is who mentions those whom the author did not.
    """
    told, groups = {}, {}
    author, editor = post.author_id, post.edited_by_id or post.author_id
    is_wiki = editor != author
    own = markdown.mentioned(own_text(post), mentionable) if is_wiki else None
    if MENTION in post.html:
        found = markdown.mentioned(post.body, mentionable)
        by_author = found.members if own is None else own.members
        told = {
            pk: Cause(kinds.BY_NAME["mention"], author if pk in by_author else editor)
            for pk in found.members
        }
        writers = [post.author, post.edited_by] if is_wiki else [post.author]
        names = GroupName.objects.in_bulk(
            GroupName.objects.mentioned_by(found.groups, *writers) if found.groups else []
        )
        by_author = found.groups if own is None else own.groups
        groups = {
            pk: Cause(
                kinds.BY_NAME["group"], author if pk in by_author else editor, {"group": name.name}
            )
            for pk, name in names.items()
        }
    if ids := {int(pk) for pk in QUOTED.findall(post.html)[:MOST_QUOTED]}:
        quoted = Post.objects.visible_to(post.author).filter(pk__in=ids)
        quoting = author if own is None else editor
        told |= dict.fromkeys(
            quoted.values_list("author", flat=True), Cause(kinds.BY_NAME["quote"], quoting)
        )
    if post.reply_to_id:
        told[post.reply_to.author_id] = Cause(kinds.BY_NAME["reply"], author)
    return told, groups


def own_text(post):
    """What the author wrote last in a post that others have edited."""
    written = post.revisions.filter(editor=post.author_id).order_by("-version")
    return written.values_list("body", flat=True).first() or ""


def in_groups(groups, after):
    """[(ids of the first members after `after`, Cause)] of groups {id: Cause}."""
    memberships = User.groups.through.objects.filter(user__gt=after).order_by("user")
    return [
        (list(memberships.filter(group=pk).values_list("user", flat=True)[: BATCH + 1]), cause)
        for pk, cause in groups.items()
    ]


def named_before(post, after):
    """Ids of the first members after `after` who were told that the post names them, and have not
    seen that.
    """
    named = Q(kind__in=NAMING, seen_at=None)
    rows = Notice.objects.filter(named, post=post, member__gt=after).order_by("member")
    return list(rows.values_list("member", flat=True)[: BATCH + 1])


# --- Who follows it ---

FOLLOWERS = """
SELECT 0, member_id FROM (
    SELECT member_id FROM forum_topiclevel
    WHERE topic_id = %s AND level = %s AND member_id > %s ORDER BY member_id LIMIT %s) AS a
UNION ALL SELECT 0, member_id FROM (
    SELECT DISTINCT member_id FROM forum_categorylevel
    WHERE category_id IN (%s, %s) AND level = %s AND member_id > %s
    ORDER BY member_id LIMIT %s) AS b
UNION ALL SELECT 0, member_id FROM (
    SELECT DISTINCT member_id FROM forum_taglevel
    WHERE tag_id IN (SELECT tag_id FROM forum_topictag WHERE topic_id = %s)
    AND level = %s AND member_id > %s ORDER BY member_id LIMIT %s) AS e
UNION ALL SELECT 1, member_id FROM (
    SELECT member_id FROM forum_memberlevel
    WHERE other_id = %s AND level = %s AND member_id > %s ORDER BY member_id LIMIT %s) AS c
UNION ALL SELECT 2, member_id FROM (
    SELECT member_id FROM notifications_preferences
    WHERE mailing_list AND member_id > %s ORDER BY member_id LIMIT %s) AS d
"""


def followers(post, after):
    """[(ids of members after `after`, Cause)]: of those who watch its topic, its category or one of
    its tags, follow its author, or get every post by email; of each at most BATCH + 1.
    """
    category = post.topic.category
    page = after, BATCH + 1
    rows = asked(
        FOLLOWERS,
        [post.topic_id, Level.WATCHING, *page]
        + [category.pk, category.parent_id or category.pk, Level.WATCHING, *page]
        + [post.topic_id, Level.WATCHING, *page]
        + [post.author_id, Attention.FOLLOWED, *page]
        + [*page],
    )
    by_author = (Cause(kinds.BY_NAME[name], post.author_id) for name in ("followed", "list"))
    causes = [follower(post), *by_author]
    lists = [[], [], []]
    for which, member in rows:
        lists[which].append(member)
    return [(sorted(set(some)), cause) for some, cause in zip(lists, causes, strict=True)]


def follower(post):
    return Cause(kinds.BY_NAME["topic" if post.number == 1 else "post"], post.author_id)


# --- Who wants to be told, and may see it ---

CHOSEN = """
SELECT u.id, COALESCE(t.level, c.level, p.level, (
        SELECT MAX(l.level) FROM forum_taglevel l JOIN forum_topictag g ON g.tag_id = l.tag_id
        WHERE g.topic_id = %s AND l.member_id = u.id
    ), %s), COALESCE(a.level, %s), COALESCE(e.level, %s), COALESCE(w.mailing_list, %s)
FROM forum_user u
LEFT JOIN forum_topiclevel t ON t.member_id = u.id AND t.topic_id = %s
LEFT JOIN forum_categorylevel c ON c.member_id = u.id AND c.category_id = %s
LEFT JOIN forum_categorylevel p ON p.member_id = u.id AND p.category_id = %s
LEFT JOIN forum_memberlevel a ON a.member_id = u.id AND a.other_id = %s
LEFT JOIN forum_memberlevel e ON e.member_id = u.id AND e.other_id = %s
LEFT JOIN notifications_preferences w ON w.member_id = u.id
WHERE u.is_active AND NOT u.is_placeholder AND {among}
"""  # levels as forum.models.levels says


def wanted_by(told, post, is_public):
    """The Causes of those of these members who want to be told, and may see the post.

    told: {id: Cause}. is_public: whether everybody may see it.
    """
    told = {pk: cause for pk, cause in told.items() if pk not in (post.author_id, cause.by)}
    if not told:
        return {}
    causes = {}
    for pk, level, to_author, to_editor, is_listed in chosen_by(told, post):
        cause = told[pk]
        to_writer = to_author if cause.by == post.author_id else to_editor
        if level == Level.MUTED or min(to_author, to_writer) <= Attention.MUTED:
            continue
        if cause.kind.name not in WATCHED or level == Level.WATCHING:
            causes[pk] = cause
        elif to_author == Attention.FOLLOWED:  # category or tag are watched, but not the topic
            causes[pk] = Cause(kinds.BY_NAME["followed"], cause.by)
        elif is_listed:
            causes[pk] = Cause(kinds.BY_NAME["list"], cause.by)
    return causes if is_public else visible(causes, post.topic)


def chosen_by(members, post):
    """[(id, Level for the topic, Attention to the author, to the editor, whether they get every
    post by email)] of active members.
    """
    category, normal = post.topic.category, int(Attention.NORMAL)
    among, ids = membership.condition("u.id", members)
    return asked(
        CHOSEN.format(among=among),
        [post.topic_id, int(Level.NORMAL), normal, normal, False, post.topic_id, category.pk]
        + [category.parent_id or category.pk, post.author_id]
        + [post.edited_by_id or post.author_id, *ids],
    )


def asked(sql, parameters):
    with cursor_of(connection) as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def visible(causes, topic):
    """Those of members who may see the topic, in one query for all."""
    if not causes:
        return causes
    members = User.objects.filter(pk__among=causes)
    read = Exists(Topic.objects.visible_to(each("pk")).filter(pk=topic.pk))
    seeing = members.filter(Q(read) | Q(is_superuser=True, is_active=True)).values_list(
        "pk", flat=True
    )
    return {pk: causes[pk] for pk in seeing}


def each(field):
    """Stands for each member of an outer query, whose id is in this field; owners apart, whom
    `visible_to` asks nothing.
    """
    attributes = {"is_authenticated": True, "is_active": True, "is_superuser": False}
    return SimpleNamespace(pk=OuterRef(OuterRef(OuterRef(field))), **attributes)
