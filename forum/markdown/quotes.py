"""Quotes a post as Markdown, to start a reply with."""

import re
from urllib.parse import quote as escape_address

LIMIT = 2_000
SHOWN = 12  # lines; a longer quote is folded. As in static/js/quoting/quotation.js
WIDTH = 80  # characters that count as a line
ENDING, LAST_LINE = " …\n", "> …\n"
LINE_END = re.compile(r"\r\n|\r|\n")
DEEPER = re.compile(r" {0,3}>\s{0,3}>")
FOLDED = re.compile(r" {0,3}> ?\[!quote\]-\s*(.*)", re.IGNORECASE)
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
SPECIAL = re.compile(r"([\\`*_\[\]<>])")


def quote(body, username, url):
    """A quote of `body` in at most LIMIT characters; its first line links to `url`.

    Quotes in the body are kept one level deep. Folded if it is long. Ends with an empty line.
    """
    name = SPECIAL.sub(r"\\\1", username)
    lines = [_quoted(line) for line in _recent(body.strip("\r\n"))]
    mark = "[!quote]- " if sum(1 + len(line) // WIDTH for line in lines) > SHOWN else ""
    heading = f"> {mark}[@{name}]({escape_address(url, safe='/:?#=&%@~+,;!-._')}):\n>\n"
    room = LIMIT - len(heading) - len(LAST_LINE) - 1
    return heading + _fitting(lines, room) + "\n"


def _recent(body):
    """The lines of the body without nested quotes, and only the headings of folded ones.

    A > inside fenced code is not a quote.
    """
    fence, is_folded = "", False
    for line in LINE_END.split(body):
        is_folded = is_folded and line.lstrip(" ").startswith(">")
        if not fence and (is_folded or DEEPER.match(line)):
            continue
        if not fence and (folded := FOLDED.match(line)):
            is_folded = True
            line = f"> {folded[1].strip()}" if folded[1].strip() else ""
        mark = FENCE.match(line)
        if mark:
            fence = _after(mark[1], fence)
        yield line


def _after(mark, fence):
    """The fence that is open after a line that begins with this mark, or ""."""
    if not fence:
        return mark
    return "" if mark.startswith(fence) else fence


def _quoted(line):
    return f"> {line}".rstrip() + "\n"


def _fitting(lines, room):
    """As many lines as fit into `room` characters; the first that doesn't fit is cut."""
    kept = []
    for line in lines:
        if len(line) > room:
            return "".join(kept) + (line[:room].rstrip() + ENDING if room > 2 else LAST_LINE)
        kept.append(line)
        room -= len(line)
    return "".join(kept)
