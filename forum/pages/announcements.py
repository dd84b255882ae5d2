"""The announcements on pages, cached by edition."""

from forum.models import Announcement
from forum.pages import fragments

COOKIE = "dismissed"  # the ids that a reader has put away, as 3.5
_kept = ("", [])  # the last edition, and what was announced then


def shown(request, sidebar):
    """As HTML, those that this reader has not put away.

    A kept page with them holds no longer than the first of them: see serving/guests.py.
    """
    current = [announcement for announcement in standing(sidebar) if announcement.is_current]
    ends = [announcement.until.timestamp() for announcement in current if announcement.until]
    if ends and hasattr(request, "scope"):
        request.scope["forum.until"] = min(ends)
    away = dismissed_in(request.COOKIES) & {announcement.pk for announcement in current}
    if hasattr(request, "scope"):
        request.scope["forum.dismissed"] = frozenset(away)
    return [
        fragments.announcement(announcement)
        for announcement in current
        if announcement.pk not in away
    ]


def standing(sidebar):
    global _kept
    if not sidebar.may_be_announced:
        return []
    if not sidebar.edition or _kept[0] != sidebar.edition:
        _kept = (sidebar.edition, list(Announcement.objects.current()))
    return _kept[1]


def known():
    """Ids of what this process last knew to be announced."""
    return {announcement.pk for announcement in _kept[1] if announcement.is_current}


def dismissed_in(cookies):
    """Ids, whatever the cookie says."""
    parts = cookies.get(COOKIE, "")[:1000].split(".")
    return frozenset(
        int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19
    )
