"""A post as emails show it: with absolute addresses, without what needs our styles."""

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


def html(post) -> SafeString:
    boxes = BOX.sub(lambda box: "☑" if " checked" in box[0] else "☐", post.html)
    here = post.get_absolute_url()
    shown = spoilers.without(with_words(boxes))
    for mark, replacement in MARKS:
        shown = shown.replace(mark, replacement)
    cleaned = _cleaner.clean(shown.replace('href="#', f'href="{here}#'))
    return mark_safe(cleaned)  # noqa: S308 - sanitised


def plain(post):
    """The Markdown, which reads well as it is, without spoilers."""
    body = spoilers.without_written(post.body, post.html)
    return OWN_LINK.sub(f"]({settings.SITE_URL}/", body)


def absolute(tag, name, value):
    if name == "href" and value.startswith("/"):
        return f"{settings.SITE_URL}{value}"
    return value


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    tag_attribute_values={block: {"dir": {"auto"}} for block in BLOCKS},
    attribute_filter=absolute,
    url_schemes=SCHEMES,
    link_rel=None,
)
