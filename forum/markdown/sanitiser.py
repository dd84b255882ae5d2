"""The HTML sanitiser: only allow-listed elements and attributes pass."""

import nh3

from forum.markdown.addresses import SCHEMES
from forum.markdown.code import CLASSES, LANGUAGES
from forum.markdown.links import FOREIGN
from forum.markdown.uploads import SIZES

TAGS = {
    "a", "blockquote", "br", "code", "details", "div", "em", "h3", "h4", "h5", "h6", "hr", "img",
    "input", "li", "ol", "p",
    "pre", "s", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
BLOCKS = ["p", "h3", "h4", "h5", "h6", "ul", "ol", "th", "td"]
ALIGNMENTS = {"align-left", "align-center", "align-right"}

ATTRIBUTES = {
    "a": {"href", "title", "data-member", "aria-label"},
    "div": {"aria-label"},
    # Only the renderer writes them, with addresses of ours alone.
    "img": {"src", "srcset", "alt", "title", "width", "height"},
    "input": {"disabled", "checked", "aria-label"},
    "ol": {"start"},
    "span": {"data-group"},
}
VALUES = {block: {"dir": {"auto"}} for block in BLOCKS} | {
    "a": {"rel": {FOREIGN}},
    "div": {"tabindex": {"0"}, "role": {"region"}},
    "img": {"sizes": {SIZES}, "loading": {"lazy"}, "decoding": {"async"}},
    "input": {"type": {"checkbox"}},
    "pre": {"tabindex": {"0"}, "dir": {"ltr"}},
}
CLASS_NAMES = {
    "a": {"mention", "picture"},
    "code": {f"language-{name}" for name in LANGUAGES},
    "div": {"table-scroll"},
    "img": {"picture__image", "picture__waiting"},
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
