"""Names of the groups that events are sent to, and the rules for which of them a page joins.

topic.12            pages that show the topic
list.latest         pages that show the latest topics, for topics that everybody may read
list.tag.7          pages that show the tag, for topics that everybody may read
list.tag.7.5        pages of readers of the private category 5 that show the tag, for topics there
list.category.5     pages that show the category. If it is private: also the pages of its readers
                    that show the latest topics
everyone            all pages, for topics that everybody may read
everyone.5          all pages of readers of the private category 5
member.7            all pages of member 7; only within a hub, the layer has `personal` instead
personal            no pages: all processes, for the events of all members
hubs, fence         no pages: the processes themselves, see hub_messages.py
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from forum.models import Category, Topic, User
from forum.pages.topic_lists import TopicList

Reader = User | AnonymousUser

FENCE = "fence"
HUBS = "hubs"
PERSONAL = "personal"
LATEST = "list.latest"
EVERYONE = "everyone"


def of_topic(topic_id: int) -> str:
    return f"topic.{topic_id}"


def is_of_topic(group: str) -> bool:
    return group.startswith("topic.")


def topic_of(group: str) -> int:
    return int(group.partition(".")[2])


def topics_among(groups: Iterable[str]) -> set[int]:
    return {topic_of(group) for group in groups if is_of_topic(group)}


def of_member(member_id: int) -> str:
    return f"member.{member_id}"


def is_of_member(group: str) -> bool:
    return group.startswith("member.")


def member_of(group: str) -> int:
    return int(group.partition(".")[2])


def of_category(category_id: int) -> str:
    return f"list.category.{category_id}"


def everyone_of(category_id: int) -> str:
    return f"everyone.{category_id}"


def everyone_who_saw(category_id: int) -> str:
    """The group of all pages that may read the topics of this category."""
    return everyone_of(category_id) if is_private(category_id) else EVERYONE


def of_tag(tag_id: int, category_id: int | None = None) -> str:
    """For topics with this tag that everybody may read, or for those of a private category."""
    return f"list.tag.{tag_id}.{category_id}" if category_id else f"list.tag.{tag_id}"


def of_lists(category_id: int, private: bool, tags: Iterable[int] = ()) -> list[str]:
    """Groups of the lists that contain the topics of this category with these tags."""
    tagged = [of_tag(tag, category_id if private else None) for tag in tags]
    return [of_category(category_id), *([] if private else [LATEST]), *tagged]


def lists_with(topic: Any) -> list[str]:
    """The same for a topic that has `is_private`."""
    return of_lists(topic.category_id, topic.is_private, tags_of(topic))


def lists_with_former(topic: Topic) -> list[str]:
    """The same for a topic as it was."""
    return of_lists(topic.category_id, is_private(topic.category_id), tags_of(topic))


def names_of_lists(topic: Topic) -> list[str]:
    """The names of the lists that contain a topic, for those who may see it."""
    own = topic.category
    return [
        "latest",
        *(f"category:{pk}" for pk in (own.pk, own.parent_id) if pk),
        *(f"tag:{pk}" for pk in tags_of(topic)),
    ]


def tags_of(topic: Topic) -> list[int]:
    return [tag.pk for tag in topic.tags]


def is_private(category_id: int) -> bool:
    """Whether the category or its parent is limited to readers."""
    return bool(Category.objects.private().filter(pk=category_id).exists())


def for_list(topic_list: TopicList) -> list[str]:
    """Groups that a page showing this list joins, as far as the list's user may see it."""
    if topic_list.category:
        inside = Category.objects.within(topic_list.category.pk).visible_to(topic_list.user)
        return [of_category(pk) for pk in inside.values_list("pk", flat=True)]
    if topic_list.tag:
        tag = topic_list.tag.pk
        return [of_tag(tag), *(of_tag(tag, pk) for pk in private_to(topic_list.user))]
    return [LATEST, *(of_category(pk) for pk in private_to(topic_list.user))]


def for_everyone(user: Reader) -> list[str]:
    return [EVERYONE, *(everyone_of(pk) for pk in private_to(user))]


def private_to(user: Reader) -> Iterable[int]:
    """Ids of the private categories that `user` may read."""
    found: QuerySet[Category, int] = (
        Category.objects.visible_to(user).private().values_list("pk", flat=True)
    )
    return found


def with_privacy(topics: QuerySet[Topic]) -> QuerySet[Topic]:
    """Annotates `is_private`: whether the topic's category or its parent is limited to readers."""
    readers = Category.readers.through.objects
    own, above = (
        readers.filter(category=OuterRef(name)) for name in ("category", "category__parent")
    )
    return topics.annotate(is_private=Exists(own) | Exists(above))
