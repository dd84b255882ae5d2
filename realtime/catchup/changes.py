"""Asks the database what a page has missed. A socket's `watch` and the feed over HTTP give the same
answers.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from forum.models import Category, Post, Topic
from forum.pages import readership
from forum.pages.topic_lists import TopicList
from realtime.protocol import events, groups
from realtime.protocol.answers import Changes, ListGone, News, Reload, Rows, TopicGone
from realtime.protocol.events import PostUpdate

LIMIT = 50  # posts in one answer; the page asks on while there is more
BYTES = 256 * 1024
REACH = 1000  # changes; whoever is further behind loads the page anew
COUNTED = 99


def topic_changes(user, topic_id, epoch, since) -> Changes | Reload | TopicGone:
    """Everything in a topic after change `since`."""
    answer, _category = topic_changes_and_category(user, topic_id, epoch, since)
    return answer


def topic_changes_and_category(
    user, topic_id, epoch, since
) -> tuple[Changes | Reload | TopicGone, int | None]:
    """The same, and the id of the category that the topic stands in."""
    topic = Topic.objects.visible_to(user).for_display().filter(pk=topic_id).first()
    if topic is None:
        return {"type": "gone", "topic": topic_id}, None
    return changes_of(topic, user, epoch, since), topic.category_id


def changes_of(topic, user, epoch, since) -> Changes | Reload | TopicGone:
    if epoch != topic.epoch or since > topic.change or topic.change - since > REACH:
        return reload(topic.pk, topic.epoch, topic.change)
    missed, more = news_of(topic, since)
    if missed and not Topic.objects.visible_to(user).filter(pk=topic.pk).exists():
        return {"type": "gone", "topic": topic.pk}  # moved out of sight while its posts were read
    return changes(
        topic.pk, topic.epoch, since, missed[-1]["change"] if more else topic.change, missed, more
    )


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


def news_of(topic, since) -> tuple[list[PostUpdate], bool]:
    """(events after `since` by change, whether there are more). At most LIMIT, and BYTES or so.

    What came after `topic` was read is left for the next time: its header would be the one from
    before.
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
    """(as many of these events as one answer may have, whether some are left)."""
    part: list[PostUpdate] = []
    size = 0
    for event in missed:
        if len(part) == LIMIT or size > BYTES:
            return part, True
        size += len(event["post"]["html"]) if "post" in event else 0
        part.append(event)
    return part, False


def kind_of(post):
    """What a change made of a post, as far as the post still tells."""
    if post.is_hidden:
        return "hidden"
    return "edited" if post.version > 1 else "created"


def list_answer(user, name, rows) -> Rows | ListGone:
    """`list_changes` for the list of this name, with rows as ((topic id, change), …)."""
    topic_list = list_named(name, user)
    return list_changes(topic_list, dict(rows)) if topic_list else {"type": "gone", "list": name}


def groups_of_list(user, name):
    """What a page joins that shows the list, or None when there is none that `user` may see."""
    topic_list = list_named(name, user)
    return topic_list and tuple(groups.for_list(topic_list))


def groups_of_news(user):
    return tuple(groups.for_everyone(user))


def list_changes(topic_list, rows) -> Rows:
    """What differs between a list and the rows {topic id: change} that a page shows of its first
    page.

    Topics that the page shows further down are looked up by id.
    """
    shown, _older = topic_list.page()
    top = {row.pk: row.change for row in shown}
    below = topic_list.topics.filter(pk__in=set(rows) - set(top)).values_list("pk", "change")
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
    """The list, or None when there is none of this name that `user` may see."""
    try:
        return TopicList.named(name, user)
    except Category.DoesNotExist:
        return None


def news_since(user, post_id, topic_id=None, list_name=None) -> News:
    """How many posts others have written since the post `post_id`, as far as `user` may read them;
    0 without one.

    What stands in the topic or the list that the page shows itself is left out.
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
    """The id of the last post that `user` may read, 0 without one among the recent ones."""
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
