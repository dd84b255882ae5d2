"""When members want emails: their time zone, quiet hours and pauses."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.utils import timezone

DIGEST_TIME = time(8)
MONDAY = 0  # as date.weekday() has it


@cache
def zone_names():
    """Those that members can choose; looking for them reads hundreds of files."""
    return frozenset(available_timezones())


def zone(preferences):
    """The ZoneInfo that a member has chosen, or that of the settings."""
    try:
        return ZoneInfo(preferences.time_zone)
    except (ValueError, ZoneInfoNotFoundError):  # "", or gone from the system's list
        return timezone.get_default_timezone()


def next_digest(preferences, at):
    """When the first digest after `at` is due."""
    local = zone(preferences)
    day = at.astimezone(local).date()
    if preferences.digest == "weekly":
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    due_at = moment(day, DIGEST_TIME, local)
    if due_at <= at:
        days = 7 if preferences.digest == "weekly" else 1
        due_at = moment(day + timedelta(days=days), DIGEST_TIME, local)
    return awake(preferences, due_at)


def is_paused(preferences, at):
    until = preferences.paused_until
    return until is not None and at.astimezone(zone(preferences)).date() < until


def awake(preferences, at):
    """The first moment from `at` on outside of the quiet hours."""
    begin, end = preferences.quiet_from, preferences.quiet_to
    if begin is None or end is None or begin == end:
        return at
    local = at.astimezone(zone(preferences))
    now = local.time()
    is_quiet = begin <= now < end if begin < end else now >= begin or now < end
    if not is_quiet:
        return at
    day = local.date() if now < end else local.date() + timedelta(days=1)
    return moment(day, end, local.tzinfo)


def moment(day, clock, zone):
    """This time of a local day in UTC; the later one where a change of the clocks leaves two."""
    local = datetime.combine(day, clock, tzinfo=zone)
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
