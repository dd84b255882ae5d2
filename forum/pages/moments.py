"""Times in UTC, the same for every reader; js/times.js localises them."""

from datetime import UTC
from functools import lru_cache

from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import mark_safe


def moment(when, form="moment"):
    """A time in UTC. Forms: moment, day."""
    when, language = when.astimezone(UTC).replace(microsecond=0), translation.get_language()
    day = formatted(when.replace(hour=0, minute=0, second=0), "DATE_FORMAT", language)
    clock = formatted(when.replace(year=2000, month=1, day=1), "TIME_FORMAT", language)
    after = f", {clock}" if form == "moment" else " UTC"
    return mark_safe(  # noqa: S308 - formatted below
        f'<time datetime="{when.replace(tzinfo=None).isoformat()}Z" data-moment="{form}">{day}'
        f'<span class="moment__clock">{after}</span></time>'
    )


@lru_cache(4096)
def formatted(when, form, _language):
    return escape(date_format(when, form))
