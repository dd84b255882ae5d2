"""A post as emails and feeds show it: with absolute addresses, without what needs our styles."""

import re

import nh3
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from forum.markdown import spoilers, with_words
from forum.markdown.addresses import SCHEMES

TAGS = {
    "a", "blockquote", "br", "code", "div", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "s", "span", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
BLOCKS = ("p", "h3", "h4", "h5", "h6", "ul", "ol", "th", "td")
OWN_LINK = re.compile(r"\]\(/(?![/\\])")
MARKS = [("<summary>", "<p><strong>"), ("</summary>", "</strong></p>")]  # all is open
BOX = re.compile(r"<input [^>]*>")  # of a list of tasks; our renderer makes no others


def html(post, pictures=False) -> SafeString:
    """With `pictures`, if it is read where they can be had without signing in."""
    shown = BOX.sub(lambda box: "☑" if " checked" in box[0] else "☐", spoilers.without(post.html))
    shown = shown if pictures else with_words(shown)
    for mark, replacement in MARKS:
        shown = shown.replace(mark, replacement)
    here = post.get_absolute_url()
    cleaner = _with_pictures if pictures else _cleaner
    cleaned = cleaner.clean(shown.replace('href="#', f'href="{here}#'))
    return mark_safe(cleaned)  # noqa: S308 - sanitised


def plain(post):
    """The Markdown, which reads well as it is, without spoilers."""
    body = spoilers.without_written(post.body, post.html)
    return OWN_LINK.sub(f"]({settings.SITE_URL}/", body)


def absolute(tag, name, value):
    if name in ("href", "src") and value.startswith("/"):
        return f"{settings.SITE_URL}{value}"
    return value


def build(tags, attributes):
    return nh3.Cleaner(
        tags=TAGS | tags,
        attributes={"a": {"href", "title"}, "ol": {"start"}, **attributes},
        tag_attribute_values={block: {"dir": {"auto"}} for block in BLOCKS},
        attribute_filter=absolute,
        url_schemes=SCHEMES,
        link_rel=None,
    )


_cleaner = build(set(), {})
_with_pictures = build({"img"}, {"img": {"src", "alt", "width", "height"}})
