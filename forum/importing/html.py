"""Converts HTML-only messages to plain text as in mail: `>` for quotes, `<address>` for links."""

import re
from html import unescape

import nh3

PARAGRAPHS = {
    "blockquote",
    "dl",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
}
BLOCKS = {
    "address",
    "article",
    "aside",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "nav",
    "option",
    "section",
    "summary",
    "tr",
}
BLOCKS |= PARAGRAPHS - {"blockquote"}
HIDDEN = {"script", "style", "title", "template"}
MAX_DEPTH = 30

TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: (?:href|alt)="[^"]*")*)>|([^<]+)')
ATTRIBUTE = re.compile(r'(href|alt)="([^"]*)"')
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>|<!\[CDATA\[|\]\]>", re.I | re.A)
DRAWING = re.compile(r"<(?:svg|math|no(?:script|embed|frames)|!\[CDATA\[)", re.I)
DRAWINGS = {"svg", "math"}
TEXT_IN_DRAWINGS = {"title", "desc", "text", "annotation"}
SCRIPTLESS = {"noscript", "noembed", "noframes"}  # mail programs run no scripts
FILE = re.compile(r"(?:cid:)?[^\s/]+\.(?:png|jpe?g|gif|bmp|svg|webp|tiff?)(?:@\S*)?|cid:\S*", re.I)
SWALLOWING = re.compile(rf"<(/?)({'|'.join(HIDDEN)}|textarea|xmp)\b[^<>]*>?", re.I | re.A)
ADDRESS = re.compile(r"<(?=\s?(?:https?://|[\w.+-]{1,64}@)[^\s<>\"']*>)", re.I | re.A)
QUOTE = re.compile(r"<(/?)blockquote\b[^<>]*>?", re.I | re.A)
BLOCK_EDGE = re.compile(
    rf"\S\s*(?=</?(?:{'|'.join(sorted(BLOCKS))}|body|html)\b|<br\b[^<>]*>\s*<br\b)", re.I | re.A
)

TAGS = BLOCKS | {"a", "area", "blockquote", "br", "img", "td", "th", "tbody", "thead", "tfoot"}

_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=HIDDEN,
    attributes={"a": {"href"}, "area": {"alt", "href"}, "img": {"alt"}},
    url_schemes={"http", "https", "ftp"},
    link_rel=None,
)


def to_text(html, is_cut=False):
    """Plain text. nh3 parses the HTML as browsers do, so that elements end where they do there.

    `is_cut` means that the HTML is truncated.
    """
    html = _without_drawings(ADDRESS.sub("&lt;", html))
    reader = _Reader()
    for closing, tag, attributes, data in TOKEN.findall(
        _cleaner.clean(html if is_cut else _with_ends(html))
    ):
        if data:
            reader.data(unescape(data))
        elif closing:
            reader.end(tag)
        else:
            reader.start(
                tag, **{name: unescape(value) for name, value in ATTRIBUTE.findall(attributes)}
            )
    return re.sub(r"\n{3,}", "\n\n", reader.text()).strip()


def _without_drawings(html):
    """The HTML with the text of SVG, MathML and <noscript> inlined: nh3 would remove it."""
    depth = 0

    def replaced(match):
        nonlocal depth
        name = (match[2] or "").lower()
        if name in DRAWINGS:
            depth = max(depth - 1, 0) if match[1] else depth + (not match[0].endswith("/>"))
            return " "
        if not name or name in SCRIPTLESS:
            return ""
        if not depth or name in TAGS or name in HIDDEN - TEXT_IN_DRAWINGS:
            return match[0]
        return "<br>" if name in TEXT_IN_DRAWINGS else " "

    return TAG.sub(replaced, html) if DRAWING.search(html) else html


def _with_ends(html):
    """The HTML without unclosed tags that would swallow all following text.

    An unclosed quote is closed after its first block, so that the author's own text stays outside.
    """
    if html.rfind("<!--") > html.rfind("-->"):
        at = html.rfind("<!--")
        html = html[:at] + html[at + 4 :]
    for tag in reversed(_unended(SWALLOWING, html)):
        html = html[: tag.start()] + html[tag.end() :]
    for tag in reversed(_unended(QUOTE, html)):
        edge = BLOCK_EDGE.search(html, tag.end())
        at = edge.end() if edge else len(html)
        html = f"{html[:at]}</blockquote>{html[at:]}"
    return html


def _unended(pattern, html):
    """The opening tags without a closing one, at most MAX_DEPTH."""
    opened = []
    for match in pattern.finditer(html):
        if not match[1]:
            opened.append(match)
        elif opened:
            opened.pop()
    return opened[:MAX_DEPTH]


class _Reader:
    def __init__(self):
        self.lines, self.line = [], []
        self.quotes = self.preformatted = 0
        self.link, self.link_at = "", 0

    def start(self, tag, href="", alt=""):
        if tag == "br":
            self._break()
        elif tag == "img":
            self._picture(alt)
        elif tag == "area":
            self.line.append(f" {alt} <{href}> " if href else f" {alt} ")
        elif tag in BLOCKS or tag == "blockquote":
            self._end_line(tag)
        if tag == "blockquote":
            self.quotes += 1
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "li":
            self.line = ["- "]
        elif tag == "a":
            self.link, self.link_at = href, len(self.line)

    def end(self, tag):
        if tag == "a":
            self._end_link()
        elif tag == "blockquote":
            self._end_line()
            self.quotes -= 1
            self._end_line(tag)
        elif tag in BLOCKS:
            self._end_line(tag)
        elif tag in ("td", "th"):
            self.line.append("  ")
        if tag == "pre":
            self.preformatted -= 1

    def data(self, data):
        if self.preformatted:
            *whole, rest = data.split("\n")
            for part in whole:
                self.line.append(part)
                self._break()
            self.line.append(rest)
            return
        text = re.sub(r"\s+", " ", data)
        self.line.append(text.lstrip() if self.line in ([], ["- "]) else text)

    def _picture(self, alt):
        """Add the alternative text of an image, in brackets unless in a link or only symbols."""
        alt = " ".join(alt.split())
        if alt and not FILE.fullmatch(alt):
            self.line.append(alt if self.link or not re.search(r"\w", alt) else f"[{alt}]")

    def text(self):
        self._break()
        return "\n".join(self.lines)

    def _mark(self):
        return ">" * min(self.quotes, MAX_DEPTH)

    def _break(self):
        self.lines.append((self._mark() + " " if self.quotes else "") + "".join(self.line).rstrip())
        self.line, self.link, self.link_at = [], "", 0

    def _end_line(self, tag=""):
        if any(map(str.strip, self.line)):
            self._break()
        if tag in PARAGRAPHS:
            self.lines.append(self._mark())

    def _end_link(self):
        if self.link and self.link not in "".join(self.line[self.link_at :]):
            self.line.append(f" <{self.link}>")
        self.link = ""
