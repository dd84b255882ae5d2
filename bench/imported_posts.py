"""The quality of imported posts: the share of quoted text, and leftovers that should be removed."""

import re
import sqlite3
from html.parser import HTMLParser

from bench.report import record

CUT = re.compile(r"more quoted lines?\\?\]\W*$")
STRAY_MARK = re.compile(r"^(?:> ?)*\\?--\s*$", re.M)
FOOTER = re.compile(r"^(?:> ?)*[\w.-]+ mailing list\s*(?:--|$)", re.M | re.I)
NOTICE = re.compile(r"not the intended recipient|intended solely for the use", re.I)
FENCED = re.compile(r"^((?:> ?)*)(`{3,})\n.*?^\1\2$", re.M | re.S)


class Shown(HTMLParser):
    """Counts visible characters inside and outside of quotes, with folded quotes closed."""

    def __init__(self):
        super().__init__()
        self.quotes = self.folded = self.own = self.quoted = 0

    def handle_starttag(self, tag, attrs):
        self.quotes += tag == "blockquote"
        self.folded += tag == "details"

    def handle_endtag(self, tag):
        self.quotes -= tag == "blockquote"
        self.folded -= tag == "details"

    def handle_data(self, data):
        if not self.folded and self.quotes:
            self.quoted += len(data.strip())
        elif not self.folded:
            self.own += len(data.strip())


def measure(database):
    with sqlite3.connect(database) as connection:
        posts = connection.execute("SELECT number, body, html FROM forum_post").fetchall()
    replies = [(body, html) for number, body, html in posts if number > 1]
    record(
        "import: replies that show more quotation than words of their own",
        percent(map(is_mostly_quoted, replies)),
        "%",
    )
    record(
        "import: replies that end in “more quoted lines”",
        percent(bool(CUT.search(body)) for body, _html in replies),
        "%",
    )
    record(
        "import: replies with a folded quote",
        percent("<details>" in html for _body, html in replies),
        "%",
    )
    folded = [html for _body, html in replies if "<details>" in html]
    record(
        "import: folded quotes with a link to the quoted post",
        percent('">#' in html for html in folded),
        "%",
    )
    bodies = [FENCED.sub("", body) for _number, body, _html in posts]
    for name, pattern in {
        "a stray “--”": STRAY_MARK,
        "a list footer": FOOTER,
        "a disclaimer": NOTICE,
    }.items():
        record(f"import: posts with {name}", sum(bool(pattern.search(body)) for body in bodies), "")
    record(
        "import: length of texts, altogether",
        sum(len(body) for _number, body, _html in posts) / 2**20,
        "MiB",
    )


def is_mostly_quoted(reply):
    shown = Shown()
    shown.feed(reply[1])
    return shown.quoted > shown.own


def percent(values):
    values = list(values)
    return 100 * sum(values) / max(len(values), 1)
