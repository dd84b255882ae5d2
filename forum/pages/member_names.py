"""Finds members by the beginning of a name."""

from forum.db import beginnings  # noqa: F401 - the lookup
from forum.models import GroupName, Post, TakenName, Topic, User
from forum.usernames.confusables import skeleton
from forum.usernames.rules import folded

RECENT = 100  # posts of a topic whose authors are suggested first
CANDIDATES = 50  # names with the same beginning that are read


def matching_members(text, user, topic_id=None):
    """Active members whose username, or a word of whose display name, begins with `text`.

    Those who wrote recently in the topic come first, if `user` may see it; they alone are found by
    no text at all and by other words than the first.
    """
    beginning = folded(text)
    near = participants(user, topic_id)
    found = {member.pk: member for member in [*near, *(named(text) if beginning else [])]}
    return [member for member in found.values() if member.is_active and begins(member, beginning)]


def matching_groups(text, user):
    """Groups that `user` may mention, whose name begins with `text`, by name."""
    beginning = folded(text)
    if not beginning:
        return []
    found = GroupName.objects.mentionable_by(user).filter(folded__startswith=beginning)
    return list(found.order_by("folded")[:CANDIDATES])


def participants(user, topic_id):
    """The authors of the topic's last posts, the latest first."""
    topic = Topic.objects.visible_to(user).filter(pk=topic_id).first() if topic_id else None
    if not topic:
        return []
    recent = Post.objects.filter(topic=topic, number__gt=topic.last_number - RECENT)
    authors = dict.fromkeys(recent.order_by("-number").values_list("author", flat=True))
    members = User.objects.in_bulk(list(authors))
    return [members[pk] for pk in authors if pk != user.pk and pk in members]


def named(text):
    """Members with a name that looks as if it began with `text`, by name."""
    names = TakenName.objects.filter(key__begins=skeleton(text), user__isnull=False)
    users = (name.user for name in names.select_related("user")[:CANDIDATES])
    return sorted(users, key=lambda member: folded(member.username))


def begins(member, beginning):
    """Whether a present name of the member begins like this, or a word of the display name."""
    names = [member.username, member.name, *member.name.split()]
    return any(folded(name).startswith(beginning) for name in names)
