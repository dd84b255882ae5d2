"""The admin: access by Django's permissions, and the same rules for changes as on the site.

Nothing can be deleted here: things are hidden, closed or deactivated.
"""

from . import (
    announcements,
    categories,
    groups,
    imports,
    incoming,
    log,
    mails,
    members,
    notifications,
    posts,
    revisions,
    sessions,
    site,
    tags,
    topics,
    uploads,
)

__all__ = [
    "announcements",
    "categories",
    "groups",
    "imports",
    "incoming",
    "log",
    "mails",
    "members",
    "notifications",
    "posts",
    "revisions",
    "sessions",
    "site",
    "tags",
    "topics",
    "uploads",
]
