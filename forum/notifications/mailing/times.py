"""When members want emails: their time zone, quiet hours and pauses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone


def zone(preferences):
    """The ZoneInfo that a member has chosen, or that of the settings."""
    try:
        return ZoneInfo(preferences.time_zone)
    except (ValueError, ZoneInfoNotFoundError):  # "", or gone from the system's list
        return timezone.get_default_timezone()


def is_paused(preferences, at):
    until = preferences.paused_until
    return until is not None and at.astimezone(zone(preferences)).date() < until


def awake(preferences, at):
    """The first moment from `at` on outside of the quiet hours."""
    begin, end = preferences.quiet_from, preferences.quiet_to
    if begin is None or end is None or begin == end:
        return at
    local = at.astimezone(zone(preferences))
    time = local.time()
    is_quiet = begin <= time < end if begin < end else time >= begin or time < end
    if not is_quiet:
        return at
    day = local.date() if time < end else local.date() + timedelta(days=1)
    return moment(day, end, local.tzinfo)


def moment(day, time, zone):
    """This time of a local day in UTC; the later one where a change of the clocks leaves two."""
    local = datetime.combine(day, time, tzinfo=zone)
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
