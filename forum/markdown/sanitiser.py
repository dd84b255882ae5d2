"""The HTML sanitiser: only allow-listed elements and attributes pass."""

import nh3

from forum.markdown.addresses import SCHEMES
from forum.markdown.code import CLASSES, LANGUAGES
from forum.markdown.footnotes import PREFIX
from forum.markdown.links import FOREIGN
from forum.markdown.uploads import SIZES

TAGS = {
    "a", "blockquote", "br", "code", "details", "div", "em", "h3", "h4", "h5", "h6", "hr", "img",
    "input", "label", "li", "ol", "p",
    "pre", "s", "section", "span", "strong", "summary", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip
BLOCKS = ["p", "h3", "h4", "h5", "h6", "ul", "ol", "th", "td"]
ALIGNMENTS = {"align-left", "align-center", "align-right"}

ATTRIBUTES = {
    "a": {"href", "title", "data-member", "aria-label", "id"},
    "div": {"aria-label"},
    # Only the renderer writes them, with addresses of ours alone.
    "img": {"src", "srcset", "alt", "title", "width", "height"},
    "input": {"disabled", "checked", "aria-label"},
    "li": {"id"},
    "ol": {"start"},
    "section": {"aria-label"},
    "span": {"data-group"},
}
VALUES = {block: {"dir": {"auto"}} for block in BLOCKS} | {
    "a": {"rel": {FOREIGN}},
    "div": {"tabindex": {"0"}, "role": {"region"}},
    "img": {"sizes": {SIZES}, "loading": {"lazy"}, "decoding": {"async"}},
    "input": {"type": {"checkbox"}, "autocomplete": {"off"}},
    "pre": {"tabindex": {"0"}, "dir": {"ltr"}},
}
CLASS_NAMES = {
    "a": {"mention", "picture", "footnote-back"},
    "code": {f"language-{name}" for name in LANGUAGES},
    "details": {"section"},
    "div": {"poll", "table-scroll"},
    "img": {"picture__image", "picture__waiting"},
    "input": {"spoiler__switch"},
    "label": {"spoiler"},
    "li": {"task-list-item", "footnote-item"},
    "ol": {"contains-task-list"},
    "section": {"footnotes"},
    "span": CLASSES | {"mention", "spoiler__words", "picture__refused", "post__own"},
    "sup": {"footnote-ref"},
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
    id_prefix=PREFIX,
)


def clean(html):
    return _cleaner.clean(html)
