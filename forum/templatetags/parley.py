"""Template tags: icons, avatars, times, numbers, category colours."""

import re
from datetime import UTC
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.formats import date_format, number_format
from django.utils.html import format_html

from forum.accounts.browsers import browser_name
from forum.pages import fragments
from forum.text.letters import JOINERS, MARKS

register = template.Library()

register.filter(browser_name)

LETTER = re.compile(rf"[^\W_][{MARKS}{JOINERS}]*")
WORD = re.compile(rf"(?:{LETTER.pattern})+")
# With skin tone, variation selector and joined emoji; a flag is a pair of regional indicators.
EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\u00a9-\U0001faff](?:[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|\u200d.)*)"
)
HUES = 12  # as in css/avatars.css


@register.simple_tag
def part(template, **context):
    """Include a template that depends only on these arguments, so that it can be cached."""
    return fragments.part(template, context)


@register.simple_tag
@cache
def icon(name, sprite="icons"):
    """An icon from static/icons.svg, or from another sprite.

    Hidden from screen readers, so put text beside it.
    """
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static(f"{sprite}.svg"),
        name,
    )


@register.simple_tag
def avatar(user, size="medium"):
    """Initials on a colour of the member's own. Sizes: small, medium, large.

    Hidden from screen readers, so put the name beside it.
    """
    return format_html(
        '<span class="avatar avatar--{} avatar--hue-{}" aria-hidden="true">{}</span>',
        size,
        user.pk * 5 % HUES,
        initials(user.display_name),
    )


def initials(name):
    """First letters of the first and last word, two letters of a single word, or an emoji."""
    words = [LETTER.findall(word) for word in WORD.findall(name)]
    if not words:
        return (EMOJI.search(name) or "?")[0]
    shown = words[0][:1] + words[-1][:1] if len(words) > 1 else words[0][:2]
    return "".join(LETTER.findall("".join(shown).upper())[:2])


@register.simple_tag
def moment(when, form="moment"):
    """A time in UTC, the same for every reader; js/times.js localises it. Forms: moment, day."""
    when = when.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-moment="{}">{}<span class="moment__clock">{}</span></time>',
        when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        form,
        date_format(when, "DATE_FORMAT"),
        f", {date_format(when, 'TIME_FORMAT')}" if form == "moment" else " UTC",
    )


@register.simple_tag(takes_context=True)
def sidebar(context):
    """The sidebar; marks the list that the page shows, or the one of its topic."""
    here, topic = context.get("list"), context.get("topic")
    if here:
        return context["sidebar"].html(here.name)
    return (
        context["sidebar"].html(topic.category.list_name, "true")
        if topic
        else context["sidebar"].html()
    )


@register.filter
def grouped(number):
    """1234567 as 1,234,567, in the format of the reader's language."""
    return number_format(number, use_l10n=True, force_grouping=True)


@register.simple_tag
def swatch(category):
    """A category's colour as a small square. An SVG, since the CSP forbids inline styles."""
    return format_html(
        '<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><path fill="{}" d="M0'
        ' 0h1v1H0z"/></svg>',
        category.color,
    )
