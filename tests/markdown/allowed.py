"""Reads HTML and tells what is in it that a post may not contain. It knows nothing of our
sanitiser.
"""

from html.parser import HTMLParser
from urllib.parse import urlsplit

ELEMENTS = {
    "a", "blockquote", "br", "code", "details", "div", "em", "h3", "h4", "h5", "h6", "hr", "img",
    "input", "label", "li", "ol", "p",
    "pre", "s", "section", "span", "strong", "summary", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "rel", "class", "data-member", "aria-label", "id"},
    "img": {
        "src",
        "srcset",
        "sizes",
        "alt",
        "title",
        "width",
        "height",
        "loading",
        "decoding",
        "class",
    },
    "code": {"class"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "details": {"class"},
    "input": {"type", "disabled", "checked", "aria-label", "autocomplete", "class"},
    "label": {"class"},
    "li": {"class", "id"},
    "section": {"class", "aria-label"},
    "sup": {"class"},
    "ol": {"start", "class", "dir"},
    "ul": {"class", "dir"},
    "pre": {"tabindex", "dir"},
    "span": {"class"},
    "td": {"class", "dir"},
    "th": {"class", "dir"},
} | {block: {"dir"} for block in ("p", "h3", "h4", "h5", "h6")}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.forbidden = [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ELEMENTS:
            self.forbidden.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, ()):
                self.forbidden.append(f"<{tag} {name}>")
            if name == "id" and not value.startswith("fn"):  # of footnotes
                self.forbidden.append(f"id={value!r}")
            if name == "href" and not may_lead_to(value):
                self.forbidden.append(f"href={value!r}")

    def handle_comment(self, data):
        self.forbidden.append(f"comment {data!r}")

    def handle_decl(self, decl):
        self.forbidden.append(f"declaration {decl!r}")

    def handle_pi(self, data):
        self.forbidden.append(f"instruction {data!r}")


def may_lead_to(address):
    """Browsers drop tabs, line ends and control characters before they look for the scheme."""
    seen = "".join(letter for letter in address if letter > " ").lower()
    if seen.startswith(("/", "#")):
        return not seen.startswith(("//", "/\\"))
    return urlsplit(seen).scheme in ("http", "https", "mailto")


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def forbidden(html):
    return read(html).forbidden


def elements(html, tag):
    """The attributes of each element of this name."""
    return [attributes for name, attributes in read(html).elements if name == tag]
