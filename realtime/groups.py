"""Who hears what: names of the groups that events are sent to and that pages join.

topic.12            pages that show the topic
list.latest         pages that show the latest topics, for topics that everybody may read
list.category.5     pages that show the category; and for a private one, the latest page of those who may read it
everyone            every page, for topics that everybody may read
everyone.5          every page of those who may read the private category 5
"""

from forum.models import Category

FENCE = "fence"


def of_topic(topic_id):
    return f"topic.{topic_id}"


def of_category(category_id):
    return f"list.category.{category_id}"


def everyone_of(category_id):
    return f"everyone.{category_id}"


LATEST = "list.latest"
EVERYONE = "everyone"


def for_list(topic_list):
    """Groups that a page showing this list joins. Asks what its reader may see."""
    if topic_list.category:
        inside = topic_list.category.with_children().visible_to(topic_list.user)
        return [of_category(pk) for pk in inside.values_list("pk", flat=True)]
    return [LATEST, *(of_category(pk) for pk in private_to(topic_list.user))]


def for_everyone(user):
    return [EVERYONE, *(everyone_of(pk) for pk in private_to(user))]


def private_to(user):
    """Ids of the categories that `user` may read and not everybody."""
    return Category.objects.visible_to(user).private().values_list("pk", flat=True)


def is_private(category_id):
    return Category.objects.private().filter(pk=category_id).exists()
