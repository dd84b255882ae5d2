"""Who hears what: names of the groups that events are sent to and that pages join.

topic.12            pages that show the topic
list.latest         pages that show the latest topics, for topics that everybody may read
list.category.5     pages that show the category; a private one: the latest topics of its readers, too
everyone            every page, for topics that everybody may read
everyone.5          every page of those who may read the private category 5
hubs                no page: what processes tell each other, see presence.py
"""

from django.db.models import Exists, OuterRef

from forum.models import Category

FENCE = "fence"
HUBS = "hubs"
LATEST = "list.latest"
EVERYONE = "everyone"


def of_topic(topic_id):
    return f"topic.{topic_id}"


def is_of_topic(group):
    return group.startswith("topic.")


def topic_of(group):
    return int(group.partition(".")[2])


def topics_among(groups):
    return {topic_of(group) for group in groups if is_of_topic(group)}


def of_category(category_id):
    return f"list.category.{category_id}"


def everyone_of(category_id):
    return f"everyone.{category_id}"


def of_lists(category_id, private):
    """Groups of the lists that a topic of this category stands in."""
    return [of_category(category_id)] if private else [of_category(category_id), LATEST]


def for_list(topic_list):
    """Groups that a page showing this list joins. Asks what its reader may see."""
    if topic_list.category:
        inside = Category.objects.within(topic_list.category.pk).visible_to(topic_list.user)
        return [of_category(pk) for pk in inside.values_list("pk", flat=True)]
    return [LATEST, *(of_category(pk) for pk in private_to(topic_list.user))]


def for_everyone(user):
    return [EVERYONE, *(everyone_of(pk) for pk in private_to(user))]


def private_to(user):
    """Ids of the categories that `user` may read and not everybody."""
    return Category.objects.visible_to(user).private().values_list("pk", flat=True)


def with_privacy(topics):
    """Gives each topic `is_private`: whether its category, or the one above, has readers of its own."""
    readers = Category.readers.through.objects
    own, above = (readers.filter(category=OuterRef(name)) for name in ("category", "category__parent"))
    return topics.annotate(is_private=Exists(own) | Exists(above))
