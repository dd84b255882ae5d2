"""The announcements on pages, cached by edition."""

from forum.models import Announcement
from forum.pages import fragments

COOKIE = "dismissed"  # the ids that a reader has dismissed, joined like 3.5
_cached = ("", [])  # (edition, announcements)


def shown(request, sidebar):
    """The HTML of the announcements that this reader has not dismissed.

    Also notes in the ASGI scope when the first of them ends, for serving/page_cache.py.
    """
    current = [
        announcement for announcement in cached_announcements(sidebar) if announcement.is_current
    ]
    ends = [announcement.until.timestamp() for announcement in current if announcement.until]
    if ends and hasattr(request, "scope"):
        request.scope["forum.until"] = min(ends)
    dismissed = dismissed_in(request.COOKIES) & {announcement.pk for announcement in current}
    if hasattr(request, "scope"):
        request.scope["forum.dismissed"] = frozenset(dismissed)
    return [
        fragments.announcement(announcement)
        for announcement in current
        if announcement.pk not in dismissed
    ]


def cached_announcements(sidebar):
    global _cached
    if not sidebar.may_be_announced:
        return []
    if not sidebar.edition or _cached[0] != sidebar.edition:
        _cached = (sidebar.edition, list(Announcement.objects.current()))
    return _cached[1]


def current_ids():
    """The ids of current announcements, as this process last loaded them."""
    return {announcement.pk for announcement in _cached[1] if announcement.is_current}


def dismissed_in(cookies):
    """The ids in the cookie; ignores other content."""
    parts = cookies.get(COOKIE, "")[:1000].split(".")
    return frozenset(
        int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19
    )
