"""The kinds of notices. To add one, write a module like `mentions`, and list it here."""

from . import (
    announcements,
    answers,
    followed,
    groups,
    lists,
    mentions,
    moderation,
    posts,
    quotes,
    reactions,
    replies,
    searches,
    topics,
)
from .base import Kind

ALL: list[Kind] = [  # in the order of the preferences
    mentions.KIND,
    groups.KIND,
    replies.KIND,
    quotes.KIND,
    answers.KIND,
    reactions.KIND,
    posts.KIND,
    topics.KIND,
    followed.KIND,
    searches.KIND,
    *moderation.KINDS,
    announcements.KIND,
]
BY_NAME = {kind.name: kind for kind in [*ALL, lists.KIND]}
DIRECT = 3  # rank of kinds that concern one member, even one who has read the post already
