"""Queries what a page has missed: the answers to `watch` messages and to the HTTP feed."""

from collections.abc import Iterable

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Exists, OuterRef

from forum.db.prepared import Prepared
from forum.models import Category, Post, Topic
from forum.pages import readership
from forum.pages.topic_lists import TopicList
from realtime.protocol import events, groups, loaders
from realtime.protocol.answers import Changes, ListGone, News, Reload, Rows, TopicGone
from realtime.protocol.events import PostUpdate

LIMIT = 50  # posts in one answer; the page asks for more until it has all
BYTES = 256 * 1024  # of HTML in one answer, roughly
REACH = 1000  # changes; a page that is further behind reloads
COUNTED = 99  # posts; 99 means 99 or more
SHOWN = Prepared(lambda reader, pk: Topic.objects.visible_to(reader).for_display().filter(pk=pk))


def topic_changes(user, topic_id, epoch, since) -> Changes | Reload | TopicGone:
    """The changes of a topic after change `since`, as far as `user` may see it."""
    answer, _category = topic_changes_and_category(user, topic_id, epoch, since)
    return answer


def topic_changes_and_category(
    user, topic_id, epoch, since
) -> tuple[Changes | Reload | TopicGone, int | None]:
    """The same, and the id of the topic's category; None if the topic is gone."""
    topic = Topic.objects.visible_to(user).for_display().filter(pk=topic_id).first()
    if topic is None:
        return {"type": "gone", "topic": topic_id}, None
    return changes_of(topic, user, epoch, since), topic.category_id


def changes_of(topic, user, epoch, since) -> Changes | Reload | TopicGone:
    if epoch != topic.epoch or since > topic.change or topic.change - since > REACH:
        return reload(topic.pk, topic.epoch, topic.change)
    missed, more = events_after(topic, since)
    if missed and not Topic.objects.visible_to(user).filter(pk=topic.pk).exists():
        return {"type": "gone", "topic": topic.pk}  # it was moved while its posts were read
    return changes(
        topic.pk, topic.epoch, since, missed[-1]["change"] if more else topic.change, missed, more
    )


def post_update(user, post_id) -> str:
    """What pages on its topic are told about a post, as it stands now; "" where `user` may not see
    it. The post is read first, so the header above it counts it.
    """
    post = loaders.post(post_id)
    for topic in SHOWN.instances(user, post.topic_id):
        event = events.topic_event(kind_of(post), topic, post)
        return events.encode({**event, "change": post.change})
    return ""


def reload(topic_id, epoch, change) -> Reload:
    return {"type": "reload", "topic": topic_id, "epoch": epoch, "change": change}


def changes(topic_id, epoch, since, change, missed, more) -> Changes:
    return Changes(
        type="changes",
        topic=topic_id,
        epoch=epoch,
        since=since,
        change=change,
        events=missed,
        more=more,
    )


def events_after(topic, since) -> tuple[list[PostUpdate], bool]:
    """(events after change `since`, by change number; whether there are more).

    At most LIMIT, of about BYTES. Leaves out changes that were committed after `topic` was loaded,
    since `topic` has the header from before them.
    """
    posts = (
        topic.posts.for_display()
        .filter(change__gt=since, change__lte=topic.change)
        .order_by("change")[: LIMIT + 1]
    )
    missed, more = part_of(
        {**events.topic_event(kind_of(post), topic, post), "change": post.change} for post in posts
    )
    if topic.header_change > since and not more:
        missed.append({**events.topic_event("header", topic), "change": topic.header_change})
        missed.sort(key=lambda event: event["change"])
    return missed, more


def part_of(missed: Iterable[PostUpdate]) -> tuple[list[PostUpdate], bool]:
    """(as many of these events as fit into one answer, whether some are left)."""
    part: list[PostUpdate] = []
    size = 0
    for event in missed:
        if len(part) == LIMIT or size > BYTES:
            return part, True
        size += len(event["post"]["html"]) if "post" in event else 0
        part.append(event)
    return part, False


def kind_of(post):
    """The kind of a post's last change, as far as the database still has it."""
    if post.is_hidden:
        return "hidden"
    if post.version > 1:
        return "edited"
    if post.replies_count:
        return "answered"
    return "reacted" if post.reactions else "created"


def list_answer(user, name, rows) -> Rows | ListGone:
    """`list_changes` for a list by its name, with hashable rows: ((topic id, change), …)."""
    topic_list = list_named(name, user)
    return list_changes(topic_list, dict(rows)) if topic_list else {"type": "gone", "list": name}


def groups_of_list(user, name):
    """The groups that a page showing this list joins; None if `user` may see no such list."""
    topic_list = list_named(name, user)
    return topic_list and tuple(groups.for_list(topic_list))


def groups_of_news(user):
    return tuple(groups.for_everyone(user))


def list_changes(topic_list, rows) -> Rows:
    """How the first page of a list differs from the rows {topic id: change} that a page shows.

    Rows that the page shows beyond the first page are compared, too.
    """
    shown, _older = topic_list.page()
    top = {row.pk: row.row_change for row in shown}
    below = topic_list.topics.filter(pk__in=set(rows) - set(top)).values_list("pk", "row_change")
    there = top | (dict(below) if set(rows) - set(top) else {})
    differing = [pk for pk, change in there.items() if rows.get(pk) != change]
    found = (
        {topic.pk: topic for topic in topic_list.topics.for_display().filter(pk__in=differing)}
        if differing
        else {}
    )
    return {
        "type": "rows",
        "list": topic_list.name,
        "rows": [events.row_event("header", found[pk]) for pk in differing if pk in found],
        "gone": sorted(set(rows) - set(there)),
        "top": list(top),
    }


def list_named(name, user):
    """The TopicList of this name; None if `user` may see no such list."""
    try:
        return TopicList.named(name, user)
    except ObjectDoesNotExist:
        return None


def news_since(user, post_id, topic_id=None, list_name=None) -> News:
    """Counts the posts by others after post `post_id` that `user` may read.

    Leaves out those in the topic and the list that the page shows. Without `post_id` the count is
    0.
    """
    newest = newest_post(user)
    count = 0 if post_id is None else count_since(user, post_id, topic_id, list_name)
    return {
        "type": "news",
        "count": count,
        "newest": newest,
        "reader": readership.mark(user, categories_of(user)),
    }


def categories_of(user):
    """The ids of the categories that `user` may see."""
    return tuple(Category.objects.visible_to(user).values_list("pk", flat=True))


def newest_post(user):
    """The id of the last post that `user` may read; 0 if none of the recent ones."""
    return (
        Post.objects.visible_to(user).recent().order_by("-pk").values_list("pk", flat=True).first()
        or 0
    )


def count_since(user, post_id, topic_id, list_name):
    new = Post.objects.visible_to(user).recent().shown().filter(pk__gt=post_id)
    if user.is_authenticated:
        new = new.exclude(author=user)
    if topic_id:
        new = new.exclude(topic=topic_id)
    topic_list = list_named(list_name, user) if list_name else None
    if topic_list:
        new = new.exclude(Exists(topic_list.topics.filter(pk=OuterRef("topic"))))
    return len(new.values_list("pk", flat=True)[:COUNTED])
