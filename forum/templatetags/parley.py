"""Template tags: icons, avatars, times, numbers, category colours."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from forum.accounts.browsers import browser_name
from forum.pages import fragments
from forum.pages.avatars import avatar
from forum.pages.moments import moment

register = template.Library()

register.filter(browser_name)
register.simple_tag(avatar)
register.simple_tag(moment)


@register.simple_tag(takes_context=True)
def part(context, template, **values):
    """Include a template that depends only on these values, so that it can be cached.

    Its forms get the CSRF token of this page.
    """
    html = fragments.part(template, values)
    if fragments.CSRF_TOKEN not in html:
        return html
    return mark_safe(html.replace(fragments.CSRF_TOKEN, str(context.get("csrf_token", ""))))  # noqa: S308 - our own template's


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


@register.simple_tag(takes_context=True)
def sidebar(context):
    """The sidebar; marks the list that the page shows, or the one of its topic."""
    here, topic = context.get("list"), context.get("topic")
    if "overview" in context or (here and here.tag):
        return context["sidebar"].html("tags", "page" if "overview" in context else "true")
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
