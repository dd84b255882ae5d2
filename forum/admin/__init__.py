"""The admin opens its pages by Django's permissions, and refuses what the site would refuse.

Nothing can be deleted here: things are hidden, closed or deactivated.
"""

from . import (
    announcements,
    categories,
    groups,
    imports,
    log,
    mails,
    members,
    posts,
    revisions,
    sessions,
    site,
    topics,
)

__all__ = [
    "announcements",
    "categories",
    "groups",
    "imports",
    "log",
    "mails",
    "members",
    "posts",
    "revisions",
    "sessions",
    "site",
    "topics",
]
