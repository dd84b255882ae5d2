"""Times in UTC, the same for every reader; js/times.js localises them."""

from datetime import UTC
from functools import lru_cache

from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html


def moment(when, form="moment"):
    """A time in UTC. Forms: moment, day."""
    when, language = when.astimezone(UTC).replace(microsecond=0), translation.get_language()
    clock = formatted(when.replace(year=2000, month=1, day=1), "TIME_FORMAT", language)
    return format_html(
        '<time datetime="{}" data-moment="{}">{}<span class="moment__clock">{}</span></time>',
        when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        form,
        formatted(when.replace(hour=0, minute=0, second=0), "DATE_FORMAT", language),
        f", {clock}" if form == "moment" else " UTC",
    )


@lru_cache(4096)
def formatted(when, form, _language):
    return date_format(when, form)
