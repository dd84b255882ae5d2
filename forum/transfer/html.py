"""Turns a message that came as HTML only into plain text in the manner of mail: quotes get `>`, links their
address."""

import re
from html.parser import HTMLParser

PARAGRAPHS = {"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"}
BLOCKS = {
    "address",
    "article",
    "dd",
    "div",
    "dt",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "li",
    "section",
    "tr",
}
BLOCKS |= PARAGRAPHS - {"blockquote"}
UNSEEN = {"head", "script", "style", "title", "template", "noscript"}


def to_text(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", reader.text()).strip()


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines, self.line = [], ""
        self.unseen = self.quotes = self.preformatted = 0
        self.link, self.link_at = "", 0

    def handle_starttag(self, tag, attrs):
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "br":
            self._break()
        elif tag in BLOCKS or tag == "blockquote":
            self._end_line(tag)
        if tag == "blockquote":
            self.quotes += 1
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "li":
            self.line = "- "
        elif tag == "a":
            self.link, self.link_at = dict(attrs).get("href") or "", len(self.line)

    def handle_endtag(self, tag):
        if tag in UNSEEN:
            self.unseen = max(self.unseen - 1, 0)
        elif tag == "a":
            self._end_link()
        elif tag == "blockquote":
            self._end_line()
            self.quotes = max(self.quotes - 1, 0)
            self._end_line(tag)
        elif tag in BLOCKS:
            self._end_line(tag)
        elif tag in ("td", "th"):
            self.line += "  "
        if tag == "pre":
            self.preformatted = max(self.preformatted - 1, 0)

    def handle_data(self, data):
        if self.unseen:
            return
        if self.preformatted:
            *whole, rest = data.split("\n")
            for part in whole:
                self.line += part
                self._break()
            self.line += rest
            return
        text = re.sub(r"\s+", " ", data)
        self.line += text.lstrip() if self.line in ("", "- ") else text

    def text(self):
        self._break()
        return "\n".join(self.lines)

    def _break(self):
        self.lines.append((">" * self.quotes + " " if self.quotes else "") + self.line.rstrip())
        self.line, self.link = "", ""

    def _end_line(self, tag=""):
        if self.line.strip():
            self._break()
        if tag in PARAGRAPHS:
            self.lines.append(">" * self.quotes)

    def _end_link(self):
        if self.link.startswith(("http://", "https://")) and self.link not in self.line[self.link_at :]:
            self.line += f" <{self.link}>"
        self.link = ""
