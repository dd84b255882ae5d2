"""The HTML sanitiser: only allow-listed elements and attributes pass."""

import nh3

from forum.markdown.addresses import SCHEMES
from forum.markdown.code import CLASSES, LANGUAGES
from forum.markdown.links import FOREIGN

TAGS = {
    "a", "blockquote", "br", "code", "details", "div", "em", "h3", "h4", "h5", "h6", "hr", "input",
    "li", "ol", "p",
    "pre", "s", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
BLOCKS = ["p", "h3", "h4", "h5", "h6", "ul", "ol", "th", "td"]
ALIGNMENTS = {"align-left", "align-center", "align-right"}

ATTRIBUTES = {
    "a": {"href", "title", "data-member"},
    "div": {"aria-label"},
    "input": {"disabled", "checked", "aria-label"},
    "ol": {"start"},
    "span": {"data-group"},
}
VALUES = {block: {"dir": {"auto"}} for block in BLOCKS} | {
    "a": {"rel": {FOREIGN}},
    "div": {"tabindex": {"0"}, "role": {"region"}},
    "input": {"type": {"checkbox"}},
    "pre": {"tabindex": {"0"}, "dir": {"ltr"}},
}
CLASS_NAMES = {
    "a": {"mention"},
    "code": {f"language-{name}" for name in LANGUAGES},
    "div": {"table-scroll"},
    "li": {"task-list-item"},
    "ol": {"contains-task-list"},
    "span": CLASSES | {"mention"},
    "td": ALIGNMENTS,
    "th": ALIGNMENTS,
    "ul": {"contains-task-list"},
}

_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    allowed_classes=CLASS_NAMES,
    url_schemes=SCHEMES,
    link_rel=None,
)


def clean(html):
    return _cleaner.clean(html)
